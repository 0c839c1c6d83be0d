# Service files: collectors that keep the history while nobody looks, and the metrics of a node.
systemdsystemdir = $(prefix)/lib/systemd/system
systemduserdir = $(prefix)/lib/systemd/user
sysusersdir = $(prefix)/lib/sysusers.d
EXTRA_DIST += %D%/suantop-collect.service.in %D%/suantop-collect.user.service.in %D%/suantop-node.service.in
dist_sysusers_DATA = %D%/suantop.conf
nodist_systemdsystem_DATA = %D%/system/suantop-collect.service %D%/system/suantop-node.service
nodist_systemduser_DATA = %D%/user/suantop-collect.service
CLEANFILES += $(nodist_systemdsystem_DATA) $(nodist_systemduser_DATA)
%D%/system/suantop-collect.service: %D%/suantop-collect.service.in
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(SED) 's|@bindir[@]|$(bindir)|g' $< > $@.tmp && mv $@.tmp $@
%D%/system/suantop-node.service: %D%/suantop-node.service.in
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(SED) 's|@bindir[@]|$(bindir)|g' $< > $@.tmp && mv $@.tmp $@
%D%/user/suantop-collect.service: %D%/suantop-collect.user.service.in
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(SED) 's|@bindir[@]|$(bindir)|g' $< > $@.tmp && mv $@.tmp $@
# Sums for a Prometheus server: docs/prometheus.md.
dist_pkgdata_DATA += %D%/suantop.rules.yaml
