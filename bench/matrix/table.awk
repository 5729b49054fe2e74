# SPDX-License-Identifier: MIT
# The matrix as a table. Input: id|name|unit|workload; `measures` has name, player, round, value, CPU;
# `refused` has player/name and why. Ratios are those of the least: what other work on the machine adds to
# the rest is nobody's.

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

# Of times; 0.1 ns where a clock has seen none.
function least(values, name, player,    i, found) {
	found = values[name, player, 1] + 0
	for (i = 2; i <= count[name, player]; i++)
		if (values[name, player, i] + 0 < found)
			found = values[name, player, i] + 0
	return found > 0.1 ? found : 0.1
}

function digits(x) {
	return sprintf(x < 10 ? "%.2f" : "%.0f", x)
}

# What memory is judged by.
function middle(name, player,    i, list) {
	for (i = 1; i <= count[name, player]; i++)
		list[i] = wall[name, player, i]
	return median(list, i - 1)
}

# "time (CPU)"
function ratios(name, of, to, unit) {
	if (!((name, of, 1) in wall && (name, to, 1) in wall))
		return ""
	if (unit == "bytes")
		return digits(middle(name, of) / middle(name, to))
	return digits(least(wall, name, of) / least(wall, name, to)) \
		" (" digits(least(cpu, name, of) / least(cpu, name, to)) ")"
}

# "least / median (least CPU)"
function cell(name, player, unit) {
	if (!((name, player, 1) in wall))
		return (player "/" name) in why ? "-" : ""
	if (unit == "bytes")
		return short(middle(name, player)) " kB"
	return short(least(wall, name, player)) " / " short(middle(name, player)) \
		" (" short(least(cpu, name, player)) ")"
}

BEGIN {
	while ((getline line < measures) > 0) {
		split(line, f, "\t")
		i = ++count[f[1], f[2]]
		wall[f[1], f[2], i] = f[4]
		cpu[f[1], f[2], i] = f[5]
	}
	while ((getline line < refused) > 0) {
		split(line, f, "\t")
		why[f[1]] = f[2]
		order[++refusals] = f[1]
	}
	print "| row | workload | raw, us | coodie | cqlengine | Python coodie | coodie / raw |" \
		" cqlengine / coodie | Python coodie / coodie |"
	print "|---|---|---|---|---|---|---|---|---|"
}

{
	printf "| %s %s | %s | %s | %s | %s | %s | %s | %s | %s |\n", $1, $2, $4, cell($2, "raw", $3),
		cell($2, "coodie", $3), cell($2, "cqlengine", $3), cell($2, "python-coodie", $3),
		ratios($2, "coodie", "raw", $3), ratios($2, "cqlengine", "coodie", $3),
		ratios($2, "python-coodie", "coodie", $3)
}

END {
	if (refusals)
		print ""
	for (i = 1; i <= refusals; i++)
		print "- " order[i] ": " why[order[i]]
}
