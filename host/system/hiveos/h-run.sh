#!/usr/bin/env bash
# Mines until it is stopped. HiveOS runs it in a screen, and again when it ends.
cd "$(dirname "$0")" || exit 1
# shellcheck source=h-manifest.conf
. ./h-manifest.conf
mkdir -p "$(dirname "$CUSTOM_LOG_BASENAME")"
# The log stays until the miner has said its last words.
./tensority mine --config "$CUSTOM_CONFIG_FILENAME" --view off 2>&1 |
	tee --append --ignore-interrupts "$CUSTOM_LOG_BASENAME.log"
exit "${PIPESTATUS[0]}"
