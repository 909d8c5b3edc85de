#!/bin/sh
# Playwright starts a browser by its path alone.
exec ip netns exec "$TREFF_NAMESPACE" "$TREFF_CHROMIUM" "$@"
