# The nginx site. The same templates serve ./dev's private instance (tools/dev/instance.sh).
nginxsitedir = $(sysconfdir)/nginx/sites-available
nginxdir = $(pkgdatadir)/nginx
nginxsite_DATA = %D%/recon.conf
nginx_DATA = \
	%D%/fastcgi.conf \
	%D%/headers.conf \
	%D%/maps.conf \
	%D%/problems.conf \
	%D%/request.conf \
	%D%/routes.conf \
	%D%/main.conf \
	%D%/pool.conf \
	%D%/upload.conf

NGINX_FILL = $(SED) \
	-e 's|@SHARE[@]|$(pkgdatadir)/nginx|g' -e 's|@RUN[@]|/run/recon|g' -e 's|@WWW[@]|$(pkgdatadir)/www|g' \
	-e 's/@LISTEN_HTTP[@]/listen 80; listen [::]:80;/' \
	-e 's/@LISTEN_HTTPS[@]/listen 443 ssl http2; listen [::]:443 ssl http2;/' \
	-e 's/@LISTEN_METRICS[@]/127.0.0.1:9378/' -e 's/@SERVER_NAME[@]/_/' -e 's/@AUTHORITY[@]/$$host/' \
	-e 's|@CERTIFICATE[@]|/run/credentials/nginx.service/tls-cert|' -e 's|@CERTIFICATE_KEY[@]|/run/credentials/nginx.service/tls-key|' \
	-e 's|@RATE_AUTH[@]|5r/s|' -e 's/@BURST_AUTH[@]/20/g' \
	-e 's|@RATE_API[@]|50r/s|' -e 's/@BURST_API[@]/200/g' -e 's/@BROTLI[@]/brotli_static on;/' \
	-e 's|@MODULES[@]|include /etc/nginx/modules-enabled/*.conf;|' -e 's|@PID[@]|/run/nginx/nginx.pid|' \
	-e 's|@TEMP[@]|/var/lib/nginx|' -e 's|@SITES[@]|/etc/nginx/sites-enabled/*|' -e 's|@ACCESS_LOG[@]|off|'

%D%/recon.conf: $(srcdir)/%D%/recon.conf.in Makefile
	$(AM_V_GEN)$(MKDIR_P) %D% && $(NGINX_FILL) $(srcdir)/%D%/recon.conf.in > $@

%D%/main.conf: $(srcdir)/%D%/main.conf.in Makefile
	$(AM_V_GEN)$(MKDIR_P) %D% && $(NGINX_FILL) $(srcdir)/%D%/main.conf.in > $@

%D%/pool.conf: $(srcdir)/%D%/pool.conf.in Makefile
	$(AM_V_GEN)$(MKDIR_P) %D% && $(NGINX_FILL) $(srcdir)/%D%/pool.conf.in > $@

%D%/upload.conf: $(srcdir)/%D%/upload.conf.in Makefile
	$(AM_V_GEN)$(MKDIR_P) %D% && $(NGINX_FILL) $(srcdir)/%D%/upload.conf.in > $@

CLEANFILES += %D%/recon.conf %D%/main.conf %D%/pool.conf %D%/upload.conf
EXTRA_DIST += \
	%D%/fastcgi.conf %D%/headers.conf %D%/maps.conf %D%/problems.conf %D%/request.conf %D%/routes.conf \
	%D%/recon.conf.in %D%/main.conf.in %D%/pool.conf.in %D%/upload.conf.in
