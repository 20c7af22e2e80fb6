#!/bin/sh
# For a double click on a Mac: Terminal opens it. Everything is in start.sh.
exec sh "${0%/*}/start.sh" "$@"
