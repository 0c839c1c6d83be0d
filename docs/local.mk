# Manual pages, completions, the JSON schema. One file a line, for example
#   dist_man_MANS += %D%/suantop.1                       written by hand
#   nodist_man_MANS += %D%/suantop-keys.5                made while building (also CLEANFILES +=)
#   dist_bashcomp_DATA += %D%/completions/suantop        or nodist_bashcomp_DATA when made
#   dist_zshcomp_DATA += %D%/completions/_suantop
#   dist_fishcomp_DATA += %D%/completions/suantop.fish
#   dist_schema_DATA += %D%/schema/snapshot.schema.json
dist_bashcomp_DATA =
nodist_bashcomp_DATA =
dist_zshcomp_DATA =
nodist_zshcomp_DATA =
dist_fishcomp_DATA =
nodist_fishcomp_DATA =
schemadir = $(pkgdatadir)/schema
dist_schema_DATA =
dist_schema_DATA += %D%/schema/snapshot-1.json
