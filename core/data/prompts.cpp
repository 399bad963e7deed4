// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/prompts.h"

#include "core/base/atomic_file.h"
#include "core/base/json.h"
#include "core/data/clip_tokenizer.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

namespace ca {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFileLimit = 4 << 20; // names of a million classes
constexpr std::string_view kSlot = "{}";

struct Line {
    std::size_t number = 0; ///< from 1
    std::string text;
};

Result<std::vector<Line>> read_lines(const fs::path &file)
{
    const auto content = read_file(file, kFileLimit);
    if (!content)
        return forward(content);
    std::string_view rest = *content;
    if (rest.starts_with("\xEF\xBB\xBF")) // the byte order mark that some editors write
        rest.remove_prefix(3);
    std::vector<Line> lines;
    for (std::size_t number = 1; !rest.empty(); ++number) {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(rest.size(), line.size() + 1));
        constexpr std::string_view spaces = " \t\r";
        const std::size_t first = line.find_first_not_of(spaces);
        if (first != std::string_view::npos)
            lines.push_back({number, std::string(line.substr(first, line.find_last_not_of(spaces) - first + 1))});
    }
    if (lines.empty())
        return fail(ErrorCode::bad_data, "The file " + file.string() + " has no line with text. Write one entry a line into it.");
    return lines;
}

tl::unexpected<Error> bad_line(const fs::path &file, const Line &line, const std::string &what)
{
    return fail(ErrorCode::bad_data,
                "Line " + std::to_string(line.number) + " of " + file.string() + ", \"" + clean_text(line.text.substr(0, 100))
                    + "\", " + what);
}

std::string filled(std::string_view prompt, const std::string &name)
{
    std::string text;
    for (std::size_t slot = prompt.find(kSlot); slot != std::string_view::npos; slot = prompt.find(kSlot)) {
        text.append(prompt.substr(0, slot)).append(name);
        prompt.remove_prefix(slot + kSlot.size());
    }
    return text.append(prompt);
}

} // namespace

const std::vector<std::string> &cifar10_classes()
{
    static const std::vector<std::string> classes{"airplane", "automobile", "bird",  "cat",  "deer",
                                                  "dog",      "frog",       "horse", "ship", "truck"};
    return classes;
}

// Source: openai/CLIP, data/prompts.md, CIFAR-10.
const std::vector<std::string> &clip_templates()
{
    static const std::vector<std::string> templates{
        "a photo of a {}.",
        "a blurry photo of a {}.",
        "a black and white photo of a {}.",
        "a low contrast photo of a {}.",
        "a high contrast photo of a {}.",
        "a bad photo of a {}.",
        "a good photo of a {}.",
        "a photo of a small {}.",
        "a photo of a big {}.",
        "a photo of the {}.",
        "a blurry photo of the {}.",
        "a black and white photo of the {}.",
        "a low contrast photo of the {}.",
        "a high contrast photo of the {}.",
        "a bad photo of the {}.",
        "a good photo of the {}.",
        "a photo of the small {}.",
        "a photo of the big {}.",
    };
    return templates;
}

Result<std::vector<std::string>> read_prompt_classes(const fs::path &file)
{
    const auto lines = read_lines(file);
    if (!lines)
        return forward(lines);
    std::vector<std::string> names;
    std::set<std::string_view> seen;
    for (const Line &line : *lines) {
        if (!seen.insert(line.text).second)
            return bad_line(file, line, "is there already. Give each class a name of its own.");
        names.push_back(line.text);
    }
    return names;
}

Result<std::vector<std::string>> read_prompt_templates(const fs::path &file)
{
    const auto lines = read_lines(file);
    if (!lines)
        return forward(lines);
    std::vector<std::string> templates;
    for (const Line &line : *lines) {
        if (line.text.find(kSlot) == std::string::npos)
            return bad_line(file, line, "has no {} where the name of the class goes. Write it as in \"a photo of a {}\".");
        templates.push_back(line.text);
    }
    return templates;
}

Result<std::vector<std::string>> read_output_names(const fs::path &file)
{
    const auto lines = read_lines(file);
    if (!lines)
        return forward(lines);
    std::vector<std::string> names;
    for (const Line &line : *lines)
        names.push_back(line.text);
    return names;
}

PromptMaker prompt_maker(std::vector<std::string> classes, std::vector<std::string> templates)
{
    return [classes = std::move(classes), templates = std::move(templates)](const fs::path &folder,
                                                                            std::size_t context) -> Result<ZeroShotPrompts> {
        const auto tokenizer = ClipTokenizer::open(folder);
        if (!tokenizer)
            return forward(tokenizer);
        ZeroShotPrompts prompts{classes, templates, {}};
        for (const std::string &name : classes)
            for (const std::string &prompt : templates)
                prompts.tokens.push_back(tokenizer->encode(filled(prompt, name), context));
        return prompts;
    };
}

} // namespace ca
