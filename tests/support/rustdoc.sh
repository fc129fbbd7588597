#!/bin/sh
# rustdoc with its unstable options. Only rustdoc sees RUSTC_BOOTSTRAP: dependencies that look for it
# would be built anew.
RUSTC_BOOTSTRAP=1 exec rustdoc "$@"
