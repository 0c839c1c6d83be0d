themesdir = $(pkgdatadir)/themes
# One file a line: dist_themes_DATA += %D%/name.theme
dist_themes_DATA =
dist_themes_DATA += %D%/colour-blind.theme
dist_themes_DATA += %D%/high-contrast.theme
dist_themes_DATA += %D%/mono.theme
dist_themes_DATA += %D%/suantop-dark.theme
dist_themes_DATA += %D%/suantop-light.theme
