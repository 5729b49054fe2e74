# SPDX-License-Identifier: MIT
# The matrix as a table. Input: id|name|unit|workload; `measures` has name, player, turn, value, CPU;
# `refused` has player/name and why. Ratios are medians of those of each turn.

function median(list, count,    i, j, t) {
	for (i = 2; i <= count; i++)
		for (j = i; j > 1 && list[j - 1] > list[j]; j--) {
			t = list[j]
			list[j] = list[j - 1]
			list[j - 1] = t
		}
	return count % 2 ? list[(count + 1) / 2] : (list[count / 2] + list[count / 2 + 1]) / 2
}

# Three digits, in microseconds or kilobytes.
function short(x) {
	x /= 1000
	return sprintf(x < 0.1 ? "%.3f" : x < 10 ? "%.2f" : x < 100 ? "%.1f" : "%.0f", x)
}

function ratio_text(x) {
	return x < 0 ? "" : sprintf(x < 10 ? "%.2f" : "%.0f", x)
}

# The median of `of` to `to` over turns that both have; -1: none.
function ratio(values, name, of, to,    r, count, list) {
	for (r = 0; r <= turns; r++)
		if ((name, of, r) in values && values[name, to, r] > 0)
			list[++count] = values[name, of, r] / values[name, to, r]
	return count ? median(list, count) : -1
}

# "least / median (CPU)"
function cell(name, player, unit,    r, count, list, cpus, least) {
	for (r = 0; r <= turns; r++)
		if ((name, player, r) in wall) {
			list[++count] = wall[name, player, r]
			cpus[count] = cpu[name, player, r]
			if (count == 1 || list[count] < least)
				least = list[count]
		}
	if (!count)
		return (player "/" name) in why ? "-" : ""
	if (unit == "bytes")
		return short(median(list, count)) " kB"
	return short(least) " / " short(median(list, count)) " (" short(median(cpus, count)) ")"
}

BEGIN {
	while ((getline line < measures) > 0) {
		split(line, f, "\t")
		wall[f[1], f[2], f[3]] = f[4]
		cpu[f[1], f[2], f[3]] = f[5]
		if (f[3] > turns)
			turns = f[3] + 0
	}
	while ((getline line < refused) > 0) {
		split(line, f, "\t")
		why[f[1]] = f[2]
		order[++refusals] = f[1]
	}
	print "| row | workload | raw, us | coodie | cqlengine | Python coodie | coodie / raw | its CPU | cqlengine / coodie | Python coodie / coodie |"
	print "|---|---|---|---|---|---|---|---|---|---|"
}

{
	printf "| %s %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |\n", $1, $2, $4, cell($2, "raw", $3),
		cell($2, "coodie", $3), cell($2, "cqlengine", $3), cell($2, "python-coodie", $3),
		ratio_text(ratio(wall, $2, "coodie", "raw")),
		$3 == "bytes" ? "" : ratio_text(ratio(cpu, $2, "coodie", "raw")),
		ratio_text(ratio(wall, $2, "cqlengine", "coodie")),
		ratio_text(ratio(wall, $2, "python-coodie", "coodie"))
}

END {
	if (refusals)
		print ""
	for (i = 1; i <= refusals; i++)
		print "- " order[i] ": " why[order[i]]
}
