// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/clip_tokenizer.h"

#include "core/base/atomic_file.h"
#include "core/base/json.h"
#include "core/data/byte_pairs.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

namespace ca {
namespace {

constexpr std::size_t kFileLimit = 32 << 20; // OpenAI's vocabulary of 49,408 entries takes 0.9 MB
constexpr std::string_view kStart = "<|startoftext|>";
constexpr std::string_view kEnd = "<|endoftext|>"; // stands for unknown symbols, too
constexpr std::string_view kEndOfWord = "</w>";
constexpr std::int64_t kLargestId = std::numeric_limits<std::int32_t>::max(); // so that two ids make one key

using Vocabulary = std::unordered_map<std::string, std::int64_t>;

/// GPT-2's letters for bytes: printable ones of Latin-1 stand for themselves, the others follow from U+0100 on. As UTF-8.
std::array<std::string, 256> byte_letters()
{
    std::array<std::string, 256> letters;
    UChar32 next = 0x100;
    for (unsigned byte = 0; byte < letters.size(); ++byte) {
        const bool itself = (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
        icu::UnicodeString(itself ? static_cast<UChar32>(byte) : next++).toUTF8String(letters.at(byte));
    }
    return letters;
}

Result<Vocabulary> read_vocabulary(const std::filesystem::path &file)
{
    const auto text = read_file(file, kFileLimit);
    if (!text)
        return forward(text);
    const auto json = parse_json(*text, "The vocabulary " + file.string(), /*depth=*/1);
    if (!json)
        return forward(json);
    Vocabulary vocabulary;
    for (const auto &[token, id] : json->items()) {
        if (!json->is_object() || !id.is_number_unsigned() || id > kLargestId)
            return fail(ErrorCode::bad_format,
                        "The vocabulary " + file.string() + " does not give the token \"" + clean_text(token.substr(0, 100))
                            + "\" a number. Download the file again.");
        vocabulary.emplace(token, id.get<std::int64_t>());
    }
    return vocabulary;
}

std::optional<std::int64_t> id_of(const Vocabulary &vocabulary, const std::string &token)
{
    const auto found = vocabulary.find(token);
    return found == vocabulary.end() ? std::nullopt : std::optional(found->second);
}

/// `line`: two tokens with a space between; both, and what they make together, are in the vocabulary.
std::optional<std::pair<std::uint64_t, std::int64_t>> parse_merge(std::string_view line, const Vocabulary &vocabulary)
{
    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos)
        return std::nullopt;
    const std::string left(line.substr(0, space));
    const std::string right(line.substr(space + 1));
    const auto first = id_of(vocabulary, left);
    const auto second = id_of(vocabulary, right);
    const auto both = id_of(vocabulary, left + right);
    if (!first || !second || !both)
        return std::nullopt;
    return std::pair(pair_key(*first, *second), *both);
}

Result<Merges> read_merges(const std::filesystem::path &file, const Vocabulary &vocabulary)
{
    const auto text = read_file(file, kFileLimit);
    if (!text)
        return forward(text);
    Merges merges;
    std::string_view rest = *text;
    for (std::size_t number = 1; !rest.empty(); ++number) {
        std::string_view line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(rest.size(), line.size() + 1));
        if (line.ends_with('\r'))
            line.remove_suffix(1);
        if (line.empty() || line.starts_with("#version"))
            continue;
        const auto merge = parse_merge(line, vocabulary);
        if (!merge)
            return fail(ErrorCode::bad_format,
                        "Line " + std::to_string(number) + " of " + file.string()
                            + " does not merge two tokens of vocab.json. The two files belong together; download both again.");
        merges.insert_or_assign(merge->first, Merge{number, merge->second});
    }
    return merges;
}

bool is_letter(UChar32 c)
{
    return (U_GET_GC_MASK(c) & U_GC_L_MASK) != 0;
}

bool is_number(UChar32 c)
{
    return (U_GET_GC_MASK(c) & U_GC_N_MASK) != 0;
}

bool is_other(UChar32 c)
{
    return !is_letter(c) && !is_number(c) && !u_isUWhiteSpace(c);
}

/// NFC, then lower case, letter by letter: without the rule for a sigma at a word's end.
icu::UnicodeString normalised(std::string_view text)
{
    const auto given = icu::UnicodeString::fromUTF8({text.data(), static_cast<std::int32_t>(text.size())});
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2 *nfc = icu::Normalizer2::getNFCInstance(status);
    const icu::UnicodeString composed = U_SUCCESS(status) ? nfc->normalize(given, status) : given;
    icu::UnicodeString lower;
    for (std::int32_t i = 0; i < composed.length(); i = composed.moveIndex32(i, 1)) {
        const UChar32 c = composed.char32At(i);
        lower.append(u_tolower(c));
        if (c == 0x130) // I with a dot: the one letter whose lower case is two, the dot apart
            lower.append(static_cast<UChar32>(0x307));
    }
    return lower;
}

/// Where the word ends that begins at `begin`, which is no white space:
/// 's|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+
std::int32_t word_end(const icu::UnicodeString &text, std::int32_t begin)
{
    for (const char16_t *ending : {u"'s", u"'t", u"'re", u"'ve", u"'m", u"'ll", u"'d"}) {
        const icu::UnicodeString contraction(ending);
        if (text.compare(begin, contraction.length(), contraction) == 0)
            return begin + contraction.length();
    }
    const UChar32 first = text.char32At(begin);
    std::int32_t end = text.moveIndex32(begin, 1);
    if (is_number(first))
        return end;
    const auto same = is_letter(first) ? is_letter : is_other;
    while (end < text.length() && same(text.char32At(end)))
        end = text.moveIndex32(end, 1);
    return end;
}

} // namespace

struct ClipTokenizer::Tables {
    std::size_t size = 0;
    std::int64_t start = 0;
    std::int64_t end = 0;
    std::array<std::int64_t, 256> inner{}; ///< ids of single bytes within a word
    std::array<std::int64_t, 256> last{};  ///< the same at its end
    Merges merges;

    [[nodiscard]] std::vector<std::int64_t> word_ids(std::string_view word) const
    {
        std::vector<std::int64_t> ids;
        for (const char c : word)
            ids.push_back(inner.at(static_cast<unsigned char>(c)));
        ids.back() = last.at(static_cast<unsigned char>(word.back()));
        return merge_word(ids, merges);
    }

    /// Adds the ids of a text without special tokens, until there are `most`.
    void add_text(std::string_view text, std::size_t most, std::vector<std::int64_t> &ids) const
    {
        const icu::UnicodeString lower = normalised(text);
        std::int32_t at = 0;
        while (at < lower.length() && ids.size() < most) {
            if (u_isUWhiteSpace(lower.char32At(at))) {
                at = lower.moveIndex32(at, 1);
                continue;
            }
            const std::int32_t next = word_end(lower, at);
            std::string word;
            lower.tempSubStringBetween(at, next).toUTF8String(word);
            const std::vector<std::int64_t> found = word_ids(word);
            ids.insert(ids.end(), found.begin(), found.end());
            at = next;
        }
    }
};

Result<ClipTokenizer> ClipTokenizer::open(const std::filesystem::path &folder)
{
    const std::filesystem::path file = folder / "vocab.json";
    const auto vocabulary = read_vocabulary(file);
    if (!vocabulary)
        return forward(vocabulary);
    auto merges = read_merges(folder / "merges.txt", *vocabulary);
    if (!merges)
        return forward(merges);
    const auto start = id_of(*vocabulary, std::string(kStart));
    const auto end = id_of(*vocabulary, std::string(kEnd));
    if (!start || !end)
        return fail(ErrorCode::bad_format,
                    "The vocabulary " + file.string() + " lacks " + std::string(start ? kEnd : kStart)
                        + ", so it is not one of CLIP's. Choose the folder of a CLIP model.");
    auto tables = std::make_shared<Tables>();
    tables->size = vocabulary->size();
    tables->start = *start;
    tables->end = *end;
    tables->merges = std::move(*merges);
    const std::array<std::string, 256> letters = byte_letters();
    for (std::size_t byte = 0; byte < letters.size(); ++byte) {
        tables->inner.at(byte) = id_of(*vocabulary, letters.at(byte)).value_or(*end);
        tables->last.at(byte) = id_of(*vocabulary, letters.at(byte) + std::string(kEndOfWord)).value_or(*end);
    }
    ClipTokenizer tokenizer;
    tokenizer.tables_ = std::move(tables);
    return tokenizer;
}

std::vector<std::int64_t> ClipTokenizer::encode(std::string_view text, std::size_t context) const
{
    std::vector<std::int64_t> ids{tables_->start};
    std::size_t at = 0;
    std::size_t next_start = text.find(kStart); // special tokens are cut out of the text as it was given
    std::size_t next_end = text.find(kEnd);
    while (at < text.size() && ids.size() < context) {
        const std::size_t special = std::min({next_start, next_end, text.size()});
        tables_->add_text(text.substr(at, special - at), context, ids);
        if (special == text.size())
            break;
        const bool is_start = special == next_start;
        const std::string_view token = is_start ? kStart : kEnd;
        ids.push_back(is_start ? tables_->start : tables_->end);
        at = special + token.size();
        (is_start ? next_start : next_end) = text.find(token, at);
    }
    ids.push_back(tables_->end);
    if (ids.size() > context) {
        ids.resize(context);
        if (!ids.empty())
            ids.back() = tables_->end;
    }
    return ids;
}

std::int64_t ClipTokenizer::start() const
{
    return tables_->start;
}

std::int64_t ClipTokenizer::end() const
{
    return tables_->end;
}

std::size_t ClipTokenizer::size() const
{
    return tables_->size;
}

} // namespace ca
