#!/usr/bin/env bash
# Tells HiveOS how the miner is, by its API. The agent sources it every ten seconds and takes `khs`, the rate in kH/s, and
# `stats`. A miner that does not answer has no rate.
# shellcheck disable=SC2034 # The agent reads both.
khs=0
stats=null
tensority_state() {
	local folder api
	folder=$(dirname "${BASH_SOURCE[0]}")
	api=$("$folder/tensority" config explain "$CUSTOM_CONFIG_FILENAME" |
		awk '$1 == "api.listen" { gsub(/"/, "", $2); sub(/^0\.0\.0\.0:/, "127.0.0.1:", $2); print $2 }')
	curl --silent --fail --max-time 5 "http://$api/api/v0"
}
# A rate is known over a longer time only after it.
if tensority_answer=$(tensority_state | jq --compact-output '
	def rate: .over_1m // .over_5s // .since_start // 0;
	def sum: [.[]] | add // 0;
	(.total.rates.device | rate) as $total
	| { khs: ($total / 1000),
	    stats: {
	      hs: [.devices[].rates.device | rate],
	      hs_units: "hs",
	      temp: [.devices[].temperature_c],
	      fan: [.devices[] | null],
	      uptime: (.uptime_seconds | floor),
	      ver: .program.version,
	      ar: [.total.shares.accepted, (.total.shares.rejected | sum) + .total.shares.stale],
	      algo: "tensority",
	      bus_numbers: [.devices[] | null] } }') && [[ -n $tensority_answer ]]; then
	khs=$(jq '.khs' <<<"$tensority_answer")
	stats=$(jq --compact-output '.stats' <<<"$tensority_answer")
fi
unset -f tensority_state
unset -v tensority_answer
