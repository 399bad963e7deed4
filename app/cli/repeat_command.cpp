// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/repeat_command.h"

#include "core/base/json_member.h"
#include "core/base/units.h"

namespace ca {
namespace {

constexpr const char *kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./:=,+-@%";

/// As POSIX shells read it back, 2.2.2.
std::string quoted(const std::string &word)
{
    if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos)
        return word;
    std::string text = "'";
    for (const char c : word)
        text += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return text + "'";
}

std::string text_of(const Json &value)
{
    if (value.is_string())
        return value.get<std::string>();
    return value.is_number_integer() ? std::to_string(value.get<std::int64_t>())
        : value.is_number()          ? to_text(value.get<double>())
                                     : std::string();
}

class CommandLine {
public:
    /// Nothing where the value is absent, empty, or what the program takes anyway.
    void add(const char *option, const Json &value, const std::string &usual = {})
    {
        const std::string text = text_of(value);
        if (!text.empty() && text != usual)
            text_ += std::string(" ") + option + " " + quoted(text);
    }
    void add_flag(const char *option, bool given) { text_ += given ? std::string(" ") + option : std::string(); }
    [[nodiscard]] const std::string &text() const { return text_; }

private:
    std::string text_ = "compression-agent run";
};

} // namespace

std::string repeating_command(const ReportSource &study)
{
    const StudyFacts &facts = study.facts;
    const Json &source = member(facts.options, "source"), &asked = member(facts.options, "asked"),
               &limits = member(facts.options, "constraints"), &budget = member(facts.options, "budget");
    if (text_of(member(source, "model")).empty() || text_of(member(source, "data")).empty())
        return {};
    CommandLine line;
    line.add("--model", member(source, "model"));
    line.add("--weights", member(source, "weights"));
    line.add("--data", member(source, "data"));
    line.add("--classes", member(source, "classes"));
    line.add("--templates", member(source, "templates"));
    line.add_flag("--trust", member(source, "trust") == true);
    line.add("--preprocess", member(asked, "preprocess"), "auto");
    line.add("--head", member(asked, "head"), "auto");
    line.add("--samples", member(asked, "samples"), "0");
    line.add_flag("--no-latency", member(asked, "latency") == false);
    line.add("--seed", Json(facts.seed), "0");
    line.add("--max-drop", member(limits, "max_drop"));
    line.add("--target-bytes", member(limits, "target_bytes"));
    line.add("--max-latency", member(limits, "max_latency"));
    line.add("--trials", member(budget, "trials"));
    line.add("--minutes", member(budget, "minutes"));
    line.add("--threads", member(budget, "threads"), "0");
    line.add("--provider", Json(study.study.llm.provider), "offline");
    line.add("--llm", Json(study.study.llm.model));
    line.add_flag("--show-examples", study.examples.has_value());
    line.add("--study", Json(facts.name));
    line.add("--output", "repeated");
    return line.text();
}

} // namespace ca
