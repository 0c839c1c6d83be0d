# suantop-node: everything but main() is a library, so that tests can link it.
noinst_LIBRARIES += %D%/libnode.a
%C%_libnode_a_CFLAGS = $(AM_CFLAGS) $(MICROHTTPD_CFLAGS) $(GNUTLS_CFLAGS) $(ZLIB_CFLAGS) $(CRYPT_CFLAGS)
# One file a line: %C%_libnode_a_SOURCES += %D%/name.c %D%/name.h
%C%_libnode_a_SOURCES =
%C%_libnode_a_SOURCES += %D%/amd.c
%C%_libnode_a_SOURCES += %D%/ascend.c %D%/dcmi.h
%C%_libnode_a_SOURCES += %D%/child.c %D%/child.h
%C%_libnode_a_SOURCES += %D%/collect.c %D%/collect.h
%C%_libnode_a_SOURCES += %D%/collectors.c %D%/collectors.def
%C%_libnode_a_SOURCES += %D%/cpu_flops.c %D%/cpu_flops.h %D%/cpu_flops.def
%C%_libnode_a_SOURCES += %D%/cpu_model.c %D%/cpu_model.h
%C%_libnode_a_SOURCES += %D%/decode.c %D%/decode.h
%C%_libnode_a_SOURCES += %D%/decode_cpu.c %D%/decode_cpu.h
%C%_libnode_a_SOURCES += %D%/decode_gpu.c
%C%_libnode_a_SOURCES += %D%/decode_other.c
%C%_libnode_a_SOURCES += %D%/devices.c %D%/devices.h
%C%_libnode_a_SOURCES += %D%/exporter.c %D%/exporter.h
%C%_libnode_a_SOURCES += %D%/gpu_bus.c %D%/gpu.h
%C%_libnode_a_SOURCES += %D%/gzip.c %D%/gzip.h
%C%_libnode_a_SOURCES += %D%/jobs.c %D%/jobs.h
%C%_libnode_a_SOURCES += %D%/keeper.c %D%/keeper.h
%C%_libnode_a_SOURCES += %D%/listen.c %D%/listen.h
%C%_libnode_a_SOURCES += %D%/kmsg.c %D%/kmsg.h
%C%_libnode_a_SOURCES += %D%/negotiate.c
%C%_libnode_a_SOURCES += %D%/nvidia.c %D%/nvidia.h
%C%_libnode_a_SOURCES += %D%/nvidia_gpm.c
%C%_libnode_a_SOURCES += %D%/nvidia_health.c
%C%_libnode_a_SOURCES += %D%/nvidia_mig.c
%C%_libnode_a_SOURCES += %D%/nvidia_sensors.c
%C%_libnode_a_SOURCES += %D%/nvml_open.c %D%/nvml.h
%C%_libnode_a_SOURCES += %D%/page.c %D%/page.h
%C%_libnode_a_SOURCES += %D%/password.c %D%/password.h
%C%_libnode_a_SOURCES += %D%/perf.c %D%/perf.h
%C%_libnode_a_SOURCES += %D%/privilege.c %D%/privilege.h
%C%_libnode_a_SOURCES += %D%/samples.c %D%/samples.h %D%/families.def
%C%_libnode_a_SOURCES += %D%/server.c %D%/server.h
%C%_libnode_a_SOURCES += %D%/tls.c %D%/tls.h
%C%_libnode_a_SOURCES += %D%/watch.c %D%/watch.h
%C%_libnode_a_SOURCES += %D%/webconf.c %D%/webconf.h
%C%_libnode_a_SOURCES += %D%/tell.c %D%/tell.h
%C%_libnode_a_SOURCES += %D%/textfile.c %D%/textfile.h
%C%_libnode_a_SOURCES += %D%/xids.c %D%/xids.h
%C%_libnode_a_SOURCES += %D%/xidwatch.c %D%/xidwatch.h

# The tests link everything; the program that faces the network no driver, the collectors' program no server.
NODE_SERVER_LIBS = $(CODEC_LIBS) $(YAML_LIBS) $(MICROHTTPD_LIBS) $(GNUTLS_LIBS) $(ZLIB_LIBS) $(CRYPT_LIBS)
NODE_LIBS = src/node/libnode.a $(PROBE_LIBS) $(NODE_SERVER_LIBS) $(DL_LIBS)

bin_PROGRAMS += suantop-node
suantop_node_SOURCES = %D%/main.c
suantop_node_CPPFLAGS = $(AM_CPPFLAGS) -DPKGLIBEXECDIR='"$(pkglibexecdir)"'
suantop_node_LDADD = src/node/libnode.a $(NODE_SERVER_LIBS)

pkglibexec_PROGRAMS = suantop-node-probe
suantop_node_probe_SOURCES = %D%/probe_main.c
suantop_node_probe_LDADD = src/node/libnode.a $(PROBE_LIBS) $(CODEC_LIBS) $(DL_LIBS)
