#!/usr/bin/env bash
# Writes the configuration from the flight sheet. HiveOS sources it before each start, with the manifest, CUSTOM_URL,
# CUSTOM_TEMPLATE, CUSTOM_PASS and CUSTOM_USER_CONFIG, which is further TOML for the end of the file.
# In a subshell: the variables of HiveOS stay as they are.
# shellcheck disable=SC2154 # HiveOS sets the variables.
(
	umask 077

	# A text as TOML.
	quote() {
		local text=${1//\\/\\\\}
		printf '"%s"' "${text//\"/\\\"}"
	}

	# Several pools stand on a line each, or have blanks or commas between them.
	IFS=$' \t\r\n,' read -r -d '' -a urls <<<"$CUSTOM_URL"
	{
		echo "# Written by h-config.sh from the flight sheet, before each start."
		for url in "${urls[@]}"; do
			[[ $url == *://* ]] || url="stratum+tcp://$url"
			printf '\n[[source]]\nurl = %s\n' "$(quote "$url")"
			[[ -z $CUSTOM_TEMPLATE ]] || printf 'user = %s\n' "$(quote "$CUSTOM_TEMPLATE")"
			[[ -z $CUSTOM_PASS ]] || printf 'password = %s\n' "$(quote "$CUSTOM_PASS")"
		done
		printf '\n%s\n' "$CUSTOM_USER_CONFIG"
	} >"$CUSTOM_CONFIG_FILENAME"
)
