# The configuration of a server: installed once, never overwritten.
EXTRA_DIST += %D%/recon.conf

install-exec-hook:
	$(MKDIR_P) $(DESTDIR)$(sysconfdir)/recon
	test -e $(DESTDIR)$(sysconfdir)/recon/recon.conf || \
		$(INSTALL_DATA) $(srcdir)/packaging/recon.conf $(DESTDIR)$(sysconfdir)/recon/recon.conf
