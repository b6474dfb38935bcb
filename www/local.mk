# The front end: built by npm (see HACKING.md), taken along in the tarball and installed if it was.
WEB_DIST = $(srcdir)/www/dist

.PHONY: dist-www
dist-www:
	cd $(srcdir) && tar -cf - --exclude=node_modules www | tar -C $(abs_distdir) -xf -

install-data-hook:
	if test -f $(WEB_DIST)/index.html; then \
		rm -rf $(DESTDIR)$(pkgdatadir)/www && $(MKDIR_P) $(DESTDIR)$(pkgdatadir)/www && \
		cp -R $(WEB_DIST)/. $(DESTDIR)$(pkgdatadir)/www && \
		chmod -R u+w,a+rX $(DESTDIR)$(pkgdatadir)/www; \
	fi

uninstall-hook:
	rm -rf $(DESTDIR)$(pkgdatadir)/www
	cmp -s $(srcdir)/packaging/recon.conf $(DESTDIR)$(sysconfdir)/recon/recon.conf && \
		rm -f $(DESTDIR)$(sysconfdir)/recon/recon.conf || :
