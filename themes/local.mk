themesdir = $(pkgdatadir)/themes
# One file a line: dist_themes_DATA += %D%/name.theme
dist_themes_DATA =
