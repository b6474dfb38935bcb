#!/usr/bin/python3
"""OpenStack Swift with its S3 API, all four servers in one process on loopback, for the tests of the vault.

usage: s3_server.py FOLDER KEY_ID SECRET

Prints the endpoint's URL when it answers, and ends when its standard input does. Swift checks
signatures, dates and the hashes of bodies; objects are kept in memory, the rest in FOLDER.
"""
import os
import sys
import threading

import eventlet

eventlet.monkey_patch()

import logging
from eventlet import wsgi
from swift.common.ring import RingBuilder
from swift.common.utils import set_swift_dir
from swift.common import utils, wsgi as swift_wsgi

folder, key_id, secret = sys.argv[1:4]
COMMON = """
[DEFAULT]
swift_dir = {folder}
devices = {folder}
mount_check = false
bind_ip = 127.0.0.1
log_level = ERROR
workers = 0
"""
BACKEND = COMMON + """
[pipeline:main]
pipeline = server
[app:server]
use = egg:swift#{kind}
disable_fallocate = true
"""
PROXY = COMMON + """
[pipeline:main]
pipeline = catch_errors gatekeeper healthcheck cache listing_formats bulk s3api tempauth copy slo dlo versioned_writes proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:gatekeeper]
use = egg:swift#gatekeeper
[filter:healthcheck]
use = egg:swift#healthcheck
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:1
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:bulk]
use = egg:swift#bulk
[filter:s3api]
use = egg:swift#s3api
location = here
auth_pipeline_check = false
[filter:tempauth]
use = egg:swift#tempauth
{user} = {secret} .admin
[filter:copy]
use = egg:swift#copy
[filter:slo]
use = egg:swift#slo
[filter:dlo]
use = egg:swift#dlo
[filter:versioned_writes]
use = egg:swift#versioned_writes
allow_versioned_writes = true
"""


def ring(name, port):
    builder = RingBuilder(4, 1, 0)
    builder.add_dev({"id": 0, "region": 1, "zone": 1, "ip": "127.0.0.1", "port": port,
                     "device": "disk", "weight": 1.0})
    builder.rebalance()
    builder.get_ring().save(os.path.join(folder, name + ".ring.gz"))


def write(name, text):
    path = os.path.join(folder, name)
    with open(path, "w") as f:
        f.write(text)
    return path


class Quiet:
    def write(self, *_):
        pass


def serve(socket, conf):
    app = swift_wsgi.loadapp(conf, global_conf={"log_name": "swift"})
    eventlet.spawn(wsgi.server, socket, app, Quiet(), protocol=swift_wsgi.SwiftHttpProtocol)


def main():
    os.makedirs(os.path.join(folder, "disk"), exist_ok=True)
    write("swift.conf", "[swift-hash]\nswift_hash_path_suffix = test\n")
    utils.SWIFT_CONF_FILE = os.path.join(folder, "swift.conf")
    set_swift_dir(folder)
    utils.validate_configuration()
    logging.disable(logging.CRITICAL)
    sockets = {}
    for name in ("account", "container", "object"):
        sockets[name] = eventlet.listen(("127.0.0.1", 0))
        ring(name, sockets[name].getsockname()[1])
    for name, kind in (("account", "account"), ("container", "container"), ("object", "mem_object")):
        serve(sockets[name], write(name + ".conf", BACKEND.format(folder=folder, kind=kind)))
    front = eventlet.listen(("127.0.0.1", 0))
    serve(front, write("proxy.conf", PROXY.format(
        folder=folder, user="user_" + key_id.replace(":", "_"), secret=secret)))
    print("http://127.0.0.1:%d" % front.getsockname()[1], flush=True)
    eventlet.tpool.execute(sys.stdin.read)


main()
