/* SPDX-License-Identifier: MIT */
/* Writes the tables of node/text: what Java and Lucene, as Cassandra 5.0 runs them, make of each
 * character. They are asked, not read:
 *
 *     java --add-exports java.base/jdk.internal.icu.impl=ALL-UNNAMED -cp "$CASSANDRA/lib/*" \
 *          scripts/TextTables.java node/text */
import java.io.*;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.*;
import java.util.function.IntUnaryOperator;
import org.apache.cassandra.db.marshal.UTF8Type;
import org.apache.cassandra.index.sasi.analyzer.StandardAnalyzer;
import org.apache.lucene.analysis.miscellaneous.ASCIIFoldingFilter;

public class TextTables {
	static final int LAST = 0x10FFFF;

	static PrintStream open(String folder, String name, String about) throws IOException {
		PrintStream out = new PrintStream(new File(folder, name), "UTF-8");

		out.println("/* SPDX-License-Identifier: MIT\n *\n * " + about
				+ "\n * Written by scripts/TextTables.java. */");
		return out;
	}

	/* Several in a line. */
	static void writeItems(PrintStream out, List<String> items, int inLine) {
		for (int i = 0; i < items.size(); i++)
			out.print(items.get(i) + (i + 1 == items.size() || i % inLine == inLine - 1 ? "\n" : " "));
	}

	static String text(int c) {
		return new String(Character.toChars(c));
	}

	static boolean isText(int c) {
		return c < 0xD800 || c > 0xDFFF;
	}

	/* "\xc3\x9f" in parts that C reads one by one */
	static String literal(String s) {
		StringBuilder out = new StringBuilder("\"");

		for (byte b : s.getBytes(StandardCharsets.UTF_8))
			out.append(b > 0x20 && b < 0x7F && b != '"' && b != '\\' ? "" + (char)b
					: String.format("\\%03o", b & 0xFF));
		return out + "\"";
	}

	/* ---- letters ------------------------------------------------------------------------- */

	/* Runs of characters, each `step` behind the other, that move by the same distance. */
	static void writeMoves(PrintStream out, IntUnaryOperator move) {
		for (int c = 0; c <= LAST; c++) {
			int by = move.applyAsInt(c) - c, last = c, step = 1;

			if (by == 0)
				continue;
			if (move.applyAsInt(c + 1) - c - 1 != by && move.applyAsInt(c + 2) - c - 2 == by)
				step = 2;
			while (last + step <= LAST && move.applyAsInt(last + step) - last - step == by
					&& (step == 1 || move.applyAsInt(last + 1) == last + 1))
				last += step;
			out.printf("X(0x%04X, 0x%04X, %d, %d)%n", c, last, step, by);
			c = last;
		}
	}

	static void writeLetters(String folder) throws IOException {
		try (PrintStream out = open(folder, "lower.def",
				"Small letters of capitals.  X(first, last, step, distance)")) {
			writeMoves(out, c -> c > LAST ? c : Character.toLowerCase(c));
		}
		try (PrintStream out = open(folder, "upper.def",
				"Capitals of small letters.  X(first, last, step, distance)")) {
			writeMoves(out, c -> c > LAST ? c : Character.toUpperCase(c));
		}
		try (PrintStream out = open(folder, "upper_long.def",
				"Letters whose capitals are more than one.  X(character, \"capitals\")")) {
			for (int c = 0; c <= LAST; c++) {
				String upper = isText(c) ? text(c).toUpperCase(Locale.ROOT) : "";

				if (isText(c) && !upper.equals(text(Character.toUpperCase(c))))
					out.printf("X(0x%04X, %s)%n", c, literal(upper));
			}
		}
	}

	static void writeAscii(String folder) throws IOException {
		try (PrintStream out = open(folder, "ascii.def",
				"What is folded to ASCII.  X(character, \"ASCII\")")) {
			List<String> items = new ArrayList<>();

			for (int c = 0x80; c <= 0xFFFF; c++) {
				char[] to = new char[8];
				int count = isText(c)
						? ASCIIFoldingFilter.foldToASCII(new char[] { (char)c }, 0, to, 0, 1) : 0;
				String folded = new String(to, 0, count);

				if (isText(c) && !folded.equals(text(c)))
					items.add(String.format("X(0x%04X, %s)", c, literal(folded)));
			}
			writeItems(out, items, 4);
		}
	}

	/* ---- NFC ------------------------------------------------------------------------------- */

	static boolean isHangul(int c) {
		return c >= 0xAC00 && c <= 0xD7A3;
	}

	static void writeNormal(String folder) throws IOException {
		var nfc = jdk.internal.icu.impl.Norm2AllModes.getNFCInstance();
		Map<String, Integer> heads = new HashMap<>(); /* those that are not put together again */

		for (int c = LAST; c >= 0; c--)
			if (isText(c) && nfc.impl.getDecomposition(c) != null)
				heads.put(nfc.impl.getDecomposition(c), c);
		try (PrintStream out = open(folder, "compose.def",
				"What characters are made of; `second` 0: another spelling of the first. `whole`: it is\n"
				+ " * put together again.  X(character, first, second, whole)")) {
			List<String> items = new ArrayList<>();

			for (int c = 0; c <= LAST; c++) {
				String parts = isText(c) && !isHangul(c) ? nfc.impl.getDecomposition(c) : null;
				int first, second, count;

				if (parts == null)
					continue;
				/* all at once, or what is before the last one as one character */
				count = parts.codePointCount(0, parts.length());
				second = count == 1 ? 0 : parts.codePointBefore(parts.length());
				String rest = count == 1 ? parts
						: parts.substring(0, parts.length() - Character.charCount(second));
				String head = Normalizer.normalize(rest, Normalizer.Form.NFC);
				first = head.codePointCount(0, head.length()) == 1 ? head.codePointAt(0)
						: heads.get(rest);
				boolean whole = Normalizer.normalize(text(c), Normalizer.Form.NFC).equals(text(c));
				items.add(String.format("X(0x%04X, 0x%04X, 0x%04X, %d)", c, first, second,
						whole ? 1 : 0));
			}
			writeItems(out, items, 3);
		}
		try (PrintStream out = open(folder, "combining.def",
				"Classes of combining characters.  X(first, last, class)")) {
			for (int c = 0; c <= LAST; c++) {
				int cc = nfc.decomp.getCombiningClass(c), last = c;

				if (cc == 0)
					continue;
				while (last < LAST && nfc.decomp.getCombiningClass(last + 1) == cc)
					last++;
				out.printf("X(0x%04X, 0x%04X, %d)%n", c, last, cc);
				c = last;
			}
		}
	}

	/* ---- words ----------------------------------------------------------------------------- */

	static final StandardAnalyzer words = new StandardAnalyzer();

	static List<String> split(String s) {
		List<String> out = new ArrayList<>();

		words.reset(ByteBuffer.wrap(s.getBytes(StandardCharsets.UTF_8)));
		while (words.hasNext())
			out.add(UTF8Type.instance.getString(words.next()));
		return out;
	}

	static boolean isOne(String s) {
		List<String> found = split(s);

		return found.size() == 1 && found.get(0).equals(Normalizer.normalize(s, Normalizer.Form.NFC));
	}

	/* A class by how words behave that hold the character; null: it only parts them. */
	static String wordClass(int c) {
		String s = text(c);

		if (!split(s).isEmpty())
			return isOne("カ" + s) ? "KATAKANA" : isOne("ก" + s) && !isOne("a" + s) ? "SOUTH_EAST"
					: isOne("1," + s) ? "NUMBER" : isOne("א\"" + s) ? "HEBREW"
					: isOne("a" + s) ? "LETTER" : "ALONE";
		if (isOne("カ" + s + "a"))
			return "EXTEND";
		if (isOne("a" + s))
			return "ATTACHED";
		boolean letters = isOne("a" + s + "a"), numbers = isOne("1" + s + "1");
		if (letters && numbers)
			return isOne("א" + s) ? "QUOTE" : "MID_BOTH";
		return letters ? "MID_LETTER" : numbers ? "MID_NUMBER"
				: isOne("א" + s + "א") ? "DOUBLE_QUOTE" : null;
	}

	static void writeWords(String folder) throws IOException {
		words.init(new HashMap<>(), UTF8Type.instance);
		try (PrintStream out = open(folder, "word.def",
				"What words are made of.  X(first, last, class)")) {
			for (int c = 0; c <= LAST; c++) {
				String is = isText(c) ? wordClass(c) : null;
				int last = c;

				if (is == null)
					continue;
				while (last < LAST && isText(last + 1) && is.equals(wordClass(last + 1)))
					last++;
				out.printf("X(0x%04X, 0x%04X, %s)%n", c, last, is);
				c = last;
			}
		}
	}

	public static void main(String[] args) throws IOException {
		writeLetters(args[0]);
		writeAscii(args[0]);
		writeNormal(args[0]);
		writeWords(args[0]);
	}
}
