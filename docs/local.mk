# Manual pages, completions, the JSON schema. One file a line, for example
#   dist_man_MANS += %D%/suantop.1          written by hand
#   nodist_man_MANS += %D%/suantop-keys.5   made from a table while building
bashcomp_DATA =
zshcomp_DATA =
fishcomp_DATA =
schemadir = $(pkgdatadir)/schema
dist_schema_DATA =
