// Asks .NET itself: regular expressions, and the case of characters.
//
// judge.exe match: each line of stdin is a pattern and a text, UTF-16 code units in
// hex, parted by a tabulator; answers 1 (found), 0 (not found), E (refused), T (slow), X (.NET fell).
// judge.exe case: a line for each code unit: lower, upper, category, white space,
// and whether it equals its lower and its upper case without regard to case.
using System;
using System.Globalization;
using System.IO;
using System.Text;
using System.Text.RegularExpressions;

static class Judge
{
    const RegexOptions Options = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant;

    static string Units(string hex)
    {
        var text = new StringBuilder(hex.Length / 4);
        for (int i = 0; i + 4 <= hex.Length; i += 4)
            text.Append((char)Convert.ToInt32(hex.Substring(i, 4), 16));
        return text.ToString();
    }

    static void Match(TextReader questions, TextWriter answers)
    {
        string line, known = null;
        Regex regex = null;
        while ((line = questions.ReadLine()) != null)
        {
            string[] parts = line.Split('\t');
            if (parts[0] != known)
            {
                known = parts[0];
                try { regex = new Regex(Units(known), Options, TimeSpan.FromSeconds(2)); }
                catch (Exception) { regex = null; }
            }
            try
            {
                answers.WriteLine(regex == null ? "E" : regex.IsMatch(Units(parts[1])) ? "1" : "0");
            }
            catch (RegexMatchTimeoutException) { answers.WriteLine("T"); }
            catch (Exception) { answers.WriteLine("X"); }
        }
    }

    static string Bit(bool value) { return value ? "1" : "0"; }

    static void Case(TextWriter answers)
    {
        for (int code = 0; code <= 0xFFFF; code++)
        {
            char unit = (char)code, lower = char.ToLowerInvariant(unit), upper = char.ToUpperInvariant(unit);
            answers.WriteLine(String.Join(" ", new string[] {
                ((int)lower).ToString(), ((int)upper).ToString(),
                ((int)CharUnicodeInfo.GetUnicodeCategory(unit)).ToString(), Bit(char.IsWhiteSpace(unit)),
                Bit(String.Equals(unit.ToString(), lower.ToString(), StringComparison.OrdinalIgnoreCase)),
                Bit(String.Equals(unit.ToString(), upper.ToString(), StringComparison.OrdinalIgnoreCase)),
            }));
        }
    }

    static void Main(string[] arguments)
    {
        var answers = new StreamWriter(Console.OpenStandardOutput(), Encoding.ASCII);
        if (arguments[0] == "case") Case(answers);
        else Match(Console.In, answers);
        answers.Flush();
    }
}
