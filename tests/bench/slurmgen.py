#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""slurmgen - big slurmrestd-like /jobs and /nodes bodies, and DCGM-like metric pages, for load tests.

  slurmgen.py jobs38  100000 -o jobs.json          # v0.0.38 shape: plain numbers and nulls, ~4.0 KB/job
  slurmgen.py jobs40   50000 -o jobs.json          # v0.0.39+ shape: {set,infinite,number}, ~8.7 KB/job
  slurmgen.py nodes38|nodes40  10000 -o nodes.json
  slurmgen.py jobs38 100000 --churn 5 --tick 1     # same jobs, 5 % of them changed (a later poll)
  slurmgen.py prom 8 -o metrics.txt                # one exporter page of an 8-GPU node

The text is laid out as slurmrestd does it (json-c SPACED|PRETTY): two-space indent, "key": value,
'/' written as \\/ ; --compact gives the other extreme.  Deterministic for a given --seed.
"""
import argparse, json, random, sys

ID = 777000777                     # placeholder which is replaced per element
PARTS = ["gpu-a100", "gpu-h100", "gpu-h200", "gpu-l40s", "cpu", "debug", "preempt", "interactive"]
NAMES = ["train_llm_7b", "finetune-sd", "eval.sh", "wrap", "interactive", "preprocess", "hpo_sweep", "resnet50 ddp", "md_run", "日本語ジョブ", "bash"]
WAIT = ["Resources", "Priority", "Dependency", "QOSMaxJobsPerUserLimit", "AssocGrpGRES", "BeginTime", "JobArrayTaskLimit"]


class Gen:
    def __init__(self, seed):
        self.R = random.Random(seed)
        self.users = [f"user{self.R.randrange(1, 4000):04d}" for _ in range(800)]
        self.accounts = [f"proj-{a}{i}" for a in ("nlp", "cv", "bio", "phys", "infra", "astro") for i in range(40)]

    def nodelist(self, n):
        a = self.R.randrange(0, 90000)
        if n == 1:
            return f"gpu{a:05d}"
        if n < 6:
            return f"gpu[{a:05d}-{a + n - 1:05d}]"
        k = n // 3
        return f"gpu[{a:05d}-{a + k - 1:05d},{a + k + 3:05d}-{a + 2 * k + 2:05d},{a + 2 * k + 9:05d}-{a + n + 8:05d}]"

    def job(self, v40):
        R = self.R
        st = R.choices(["RUNNING", "PENDING", "COMPLETED", "FAILED", "CANCELLED", "TIMEOUT"], [40, 40, 12, 4, 3, 1])[0]
        u, n, g = R.choice(self.users), R.choices([1, 2, 4, 8, 16, 64, 256], [55, 15, 10, 9, 6, 4, 1])[0], R.choice([1, 2, 4, 8, 8, 8])
        t, ran, lim = 1717200000 + R.randrange(300000), st != "PENDING", R.choice([60, 240, 1440, 2880, 10080])
        nodes = self.nodelist(n) if ran else ""
        name = R.choice(NAMES) + (f"-{R.randrange(1000)}" if R.random() < .5 else "")
        reason = "None" if ran else R.choice(WAIT)
        wd = f"/lustre/fs{R.randrange(9)}/{u}/exp/{R.choice(NAMES)}/run{R.randrange(9999)}"
        tres = f"cpu={n * g * 12},mem={n * g * 120}G,node={n},billing={n * g * 100},gres/gpu={n * g},gres/gpu:h100={n * g}"
        N = (lambda v: {"set": True, "infinite": False, "number": v}) if v40 else (lambda v: v)
        Z = {"set": False, "infinite": False, "number": 0} if v40 else None
        code = {"status": ["SUCCESS"], "return_code": N(0), "signal": {"id": Z, "name": ""}} if v40 else (256 if st == "FAILED" else 0)
        arr = R.random() < .3
        j = {"account": R.choice(self.accounts), "accrue_time": N(t), "admin_comment": "", "array_job_id": N(ID if arr else 0),
             "array_task_id": N(R.randrange(500)) if arr else Z, "array_max_tasks": N(0), "array_task_string": "", "association_id": R.randrange(5000),
             "batch_features": "", "batch_flag": True, "batch_host": nodes[:8],
             "flags": ["EXACT_TASK_COUNT_REQUESTED", "ACCRUE_COUNT_CLEARED", "JOB_WAS_RUNNING", "USING_DEFAULT_ACCOUNT", "USING_DEFAULT_WCKEY"] if v40 else ["TRES_STR_CALC", "JOB_WAS_RUNNING"],
             "burst_buffer": "", "burst_buffer_state": "", "cluster": "prod-a", "cluster_features": "", "command": wd + "/submit.sbatch", "comment": "", "contiguous": False,
             "core_spec": 0 if v40 else None, "thread_spec": 32766 if v40 else None, "cores_per_socket": Z, "billable_tres": N(float(n * g * 100)), "cpus_per_task": N(12),
             "cpu_frequency_minimum": Z, "cpu_frequency_maximum": Z, "cpu_frequency_governor": Z, "cpus_per_tres": "gres:gpu:12", "deadline": N(0), "delay_boot": N(0),
             "dependency": f"afterok:{R.randrange(10 ** 7)}(unfulfilled)" if reason == "Dependency" else "", "derived_exit_code": code, "eligible_time": N(t),
             "end_time": N(t + lim * 60 if ran else 0), "excluded_nodes": "", "exit_code": code, "features": "", "federation_origin": "", "federation_siblings_active": "",
             "federation_siblings_viable": "", "gres_detail": [f"gpu:h100:{g}(IDX:0-{g - 1})"] * min(n, 4) if st == "RUNNING" else [], "group_id": 10001,
             "het_job_id": N(0), "het_job_id_set": "", "het_job_offset": N(0), "job_id": ID}
        if st == "RUNNING":
            j["job_resources"] = {"nodes": nodes, "allocated_cores": n * g * 12, "allocated_hosts": n, "allocated_nodes": [
                {"sockets": {"0": {"cores": {str(c): "allocated" for c in range(6)}}, "1": {"cores": {str(c): "allocated" for c in range(4)}}},
                 "nodename": f"gpu{R.randrange(9000):05d}", "cpus_used": 0, "memory_used": 0, "memory_allocated": g * 122880} for _ in range(min(n, 2))]}
        if v40:
            j.update({"container": "", "container_id": "", "cron": "", "extra": "", "failed_node": "", "group_name": "scientists", "job_size_str": [], "mail_type": [], "mail_user": u,
                      "network": "", "prefer": "", "power": {"flags": []}, "preemptable_time": N(0), "hold": False, "minimum_switches": 0, "scheduled_nodes": "", "selinux_context": "",
                      "exclusive": [], "oversubscribe": True, "maximum_switch_wait_time": 0, "tasks_per_tres": N(0), "allocating_node": f"login{R.randrange(8):02d}"})
        j.update({"job_state": [st] if v40 else st, "last_sched_evaluation": N(t + 77), "licenses": "", "max_cpus": N(0), "max_nodes": N(0), "mcs_label": "", "memory_per_tres": "gres:gpu:122880",
                  "name": name, "nodes": nodes, "nice": 0 if v40 else None, "tasks_per_core": Z, "tasks_per_node": N(g), "tasks_per_socket": Z, "tasks_per_board": N(0), "cpus": N(n * g * 12),
                  "node_count": N(n), "tasks": N(n * g), "partition": R.choice(PARTS), "memory_per_node": Z, "memory_per_cpu": Z, "minimum_cpus_per_node": N(12), "minimum_tmp_disk_per_node": N(0),
                  "preempt_time": N(0), "pre_sus_time": N(0), "priority": N(R.randrange(1, 4_000_000)), "profile": ["NOT_SET"] if v40 else None, "qos": R.choice(["normal", "high", "low", "debug", "long"]),
                  "reboot": False, "required_nodes": "", "requeue": True, "resize_time": N(0), "restart_cnt": 0, "resv_name": "", "shared": [] if v40 else None,
                  "show_flags": ["SHOW_ALL", "SHOW_DETAIL", "SHOW_LOCAL"], "sockets_per_board": 0, "sockets_per_node": Z, "start_time": N(t + 100 if ran else 0), "state_description": "",
                  "state_reason": reason, "standard_error": f"{wd}/slurm-{ID}.err", "standard_input": "/dev/null", "standard_output": f"{wd}/slurm-{ID}.out", "submit_time": N(t),
                  "suspend_time": N(0), "system_comment": "", "time_limit": N(lim), "time_minimum": N(0), "threads_per_core": Z, "tres_bind": "", "tres_freq": "", "tres_per_job": "",
                  "tres_per_node": f"gres:gpu:{g}", "tres_per_socket": "", "tres_per_task": "", "tres_req_str": tres, "tres_alloc_str": tres if ran else "",
                  "user_id": 10000 + R.randrange(4000), "user_name": u, "wckey": "", "current_working_directory": wd})
        return j

    def node(self, v40):
        R = self.R
        st = R.choices(["allocated", "mixed", "idle", "down", "draining"], [60, 20, 15, 2, 3])[0]
        gu, t = 0 if st == "idle" else R.randrange(1, 9), 1717200000 + R.randrange(300000)
        N = (lambda v: {"set": True, "infinite": False, "number": v}) if v40 else (lambda v: v)
        bad = st in ("down", "draining")
        feats = ["h100", "ib", f"rack{R.randrange(40):02d}"]
        d = {"architecture": "x86_64", "burstbuffer_network_address": "", "boards": 1, "boot_time": N(t), "comment": "", "cores": 48, "cpu_binding": 0, "cpu_load": R.randrange(9600), "extra": "",
             "free_mem" if v40 else "free_memory": N(R.randrange(2000000)), "cpus": 192, "last_busy": N(t + 9), "features": feats if v40 else ",".join(feats), "active_features": feats[:2] if v40 else "h100,ib",
             "gres": "gpu:h100:8(S:0-1)", "gres_drained": "N/A", "gres_used": f"gpu:h100:{gu}(IDX:0-{gu})", "mcs_label": "", "name": f"gpu{ID}", "next_state_after_reboot": ["INVALID"] if v40 else "invalid",
             "address": f"gpu{ID}", "hostname": f"gpu{ID}", "state": [st.upper()] if v40 else st, "state_flags": ["DRAIN"] if st == "draining" else [], "next_state_after_reboot_flags": [],
             "operating_system": "Linux 5.15.0-105-generic #115-Ubuntu SMP Mon Apr 15 09:52:04 UTC 2024", "owner": None, "partitions": R.sample(PARTS, 2), "port": 6818, "real_memory": 2063837,
             "reason": "Kill task failed [root@2024-05-01T10:11:12]" if bad else "", "reason_changed_at": N(t), "reason_set_by_user": "root", "slurmd_start_time": N(t), "sockets": 2, "threads": 2,
             "temporary_disk": 0, "weight": 1, "tres": "cpu=192,mem=2063837M,billing=800,gres/gpu=8,gres/gpu:h100=8", "slurmd_version": "22.05.11", "alloc_memory": gu * 245760,
             "alloc_cpus": gu * 24, "idle_cpus": 192 - gu * 24, "tres_used": f"cpu={gu * 24},mem={gu * 240}G,gres/gpu={gu},gres/gpu:h100={gu}", "tres_weighted": float(gu * 100)}
        if v40:
            d.update({"cluster_name": "", "specialized_cores": 0, "effective_cpus": 192, "specialized_cpus": "", "energy": {"average_watts": 0, "base_consumed_energy": 0, "consumed_energy": 0,
                      "current_watts": N(0), "previous_consumed_energy": 0, "last_collected": 0}, "external_sensors": {}, "power": {}, "instance_id": "", "instance_type": "", "specialized_memory": 0,
                      "resume_after": {"set": False, "infinite": False, "number": 0}, "reservation": "", "version": "23.11.10"})
        return d


def dump(o, compact):
    if compact:
        return json.dumps(o, separators=(",", ":"), ensure_ascii=False).replace("/", "\\/")
    s = json.dumps(o, indent=2, ensure_ascii=False).replace("/", "\\/")
    return "\n".join("    " + line for line in s.split("\n"))


def prom(gpus, seed, host="gpu00001"):
    R = random.Random(seed)
    fam = [("SM_CLOCK", "SM clock frequency (in MHz).", "gauge"), ("MEM_CLOCK", "Memory clock frequency (in MHz).", "gauge"), ("GPU_TEMP", "GPU temperature (in C).", "gauge"),
           ("MEMORY_TEMP", "Memory temperature (in C).", "gauge"), ("POWER_USAGE", "Power draw (in W).", "gauge"), ("TOTAL_ENERGY_CONSUMPTION", "Total energy consumption since boot (in mJ).", "counter"),
           ("PCIE_REPLAY_COUNTER", "Total number of PCIe retries.", "counter"), ("GPU_UTIL", "GPU utilization (in %).", "gauge"), ("MEM_COPY_UTIL", "Memory utilization (in %).", "gauge"),
           ("ENC_UTIL", "Encoder utilization (in %).", "gauge"), ("DEC_UTIL", "Decoder utilization (in %).", "gauge"), ("XID_ERRORS", "Value of the last XID error encountered.", "gauge"),
           ("FB_FREE", "Frame buffer memory free (in MB).", "gauge"), ("FB_USED", "Frame buffer memory used (in MB).", "gauge"), ("NVLINK_BANDWIDTH_TOTAL", "NVLink bandwidth, all lanes.", "counter")]
    uu = ["GPU-%08x-%04x-%04x-%04x-%012x" % tuple(R.getrandbits(b) for b in (32, 16, 16, 16, 48)) for _ in range(gpus)]
    out = []
    for n, h, t in fam:
        out.append(f"# HELP DCGM_FI_DEV_{n} {h}\n# TYPE DCGM_FI_DEV_{n} {t}\n")
        for g in range(gpus):
            v = R.choice([str(R.randrange(100)), "%.6f" % R.random(), str(R.randrange(10 ** 12)), "%.3f" % (R.random() * 700)])
            out.append(f'DCGM_FI_DEV_{n}{{gpu="{g}",UUID="{uu[g]}",device="nvidia{g}",modelName="NVIDIA H100 80GB HBM3",Hostname="{host}"}} {v}\n')
    return "".join(out)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("kind", choices=["jobs38", "jobs40", "nodes38", "nodes40", "prom"])
    p.add_argument("count", type=int)
    p.add_argument("-o", "--out", default="-")
    p.add_argument("--compact", action="store_true")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--pool", type=int, default=4096, help="distinct element texts; ids differ always")
    p.add_argument("--churn", type=float, default=0, help="per cent of the elements which differ from the --tick 0 body")
    p.add_argument("--tick", type=int, default=0)
    a = p.parse_args()
    fo = sys.stdout.buffer if a.out == "-" else open(a.out, "wb", 1 << 20)
    if a.kind == "prom":
        fo.write(prom(a.count, a.seed + a.tick).encode())
        return
    v40, arr = a.kind.endswith("40"), a.kind[:-2]
    make = lambda g: dump(g.job(v40) if arr == "jobs" else g.node(v40), a.compact)
    g0, g1 = Gen(a.seed), Gen(a.seed + 1000003 * a.tick)
    pool = [make(g0) for _ in range(min(a.count, a.pool))]
    new = [make(g1) for _ in range(len(pool))] if a.churn and a.tick else []
    pick = random.Random(a.seed * 7 + a.tick)
    meta = {"meta": {"plugin": {"type": "openapi/v0.0.%s" % a.kind[-2:], "name": "slurmgen"}, "Slurm": {"version": {"major": 22, "micro": 11, "minor": 5}, "release": "22.05.11"}}, "errors": []}
    head = json.dumps(meta, separators=(",", ":")) if a.compact else json.dumps(meta, indent=2)
    fo.write((head.rstrip().rstrip("}").rstrip() + (',"%s":[' if a.compact else ',\n  "%s": [\n') % arr).encode())
    for i in range(a.count):
        src = new if new and pick.random() * 100 < a.churn else pool
        if i:
            fo.write(b"," if a.compact else b",\n")
        fo.write(src[i % len(pool)].replace(str(ID), str(100000000 + i)).encode())
    fo.write(b"]}" if a.compact else b"\n  ]\n}\n")


if __name__ == "__main__":
    main()
