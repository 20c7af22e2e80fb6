# The proxy of the system's settings, which these programs do not read.
if [ -z "${https_proxy:-}${HTTPS_PROXY:-}${http_proxy:-}${all_proxy:-}${ALL_PROXY:-}" ]; then
