// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/downloads/http_answer.h"

#include "core/base/json.h"
#include "core/base/units.h"

#include <QHostAddress>

#include <algorithm>
#include <charconv>
#include <string_view>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

constexpr std::chrono::seconds kLongestWait{120};

std::optional<std::int64_t> number(std::string_view text)
{
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < 0)
        return {};
    return value;
}

struct ContentRange {
    std::optional<std::int64_t> first; ///< absent in `bytes */100`
    std::optional<std::int64_t> total; ///< absent in `bytes 0-9/*`
};

/// `bytes 5-9/10`.
std::optional<ContentRange> parse_content_range(std::string_view text)
{
    constexpr std::string_view kUnit = "bytes ";
    const auto slash = text.find('/');
    if (!text.starts_with(kUnit) || slash == std::string_view::npos)
        return {};
    const std::string_view range = text.substr(kUnit.size(), slash - kUnit.size());
    ContentRange parsed{{}, number(text.substr(slash + 1))};
    if (range == "*")
        return parsed;
    const auto dash = range.find('-');
    if (dash == std::string_view::npos)
        return {};
    parsed.first = number(range.substr(0, dash));
    const auto last = number(range.substr(dash + 1));
    const bool makes_sense = parsed.first && last && *last >= *parsed.first && (!parsed.total || *last < *parsed.total);
    return makes_sense ? std::optional(parsed) : std::nullopt;
}

Answer give_up(const std::string &why)
{
    return {Verdict::give_up, 0, {}, why};
}

std::string by_hand(const Asked &asked)
{
    return " Try again later, or download it by hand from " + asked.file.url + ".";
}

/// Whether a whole file of `total` bytes (0: not known) can be the published one; a sentence where it cannot.
std::string objection_to_size(std::int64_t total, const Asked &asked)
{
    const std::int64_t published = asked.file.bytes;
    if (total == 0)
        return {};
    if (published != 0 && total != published)
        return "The server has " + asked.file.name + " with " + std::to_string(total) + " bytes, and " + std::to_string(published)
            + " are published: it was replaced, or a proxy answers in its place." + by_hand(asked);
    if (published == 0 && total > kMostUnpublished)
        return "The server has " + asked.file.name + " with " + to_text(bytes(total)) + ", far more than such a file holds."
            + by_hand(asked);
    return {};
}

Answer judge_whole(const AnswerHead &head, const Asked &asked)
{
    const std::int64_t total = head.content_length.value_or(0);
    if (std::string objection = objection_to_size(total, asked); !objection.empty())
        return give_up(objection);
    return {Verdict::from_start, total != 0 ? total : asked.file.bytes, {}, {}};
}

Answer ask_whole(const std::string &why)
{
    return {Verdict::ask_whole, 0, {}, why};
}

Answer judge_part(const AnswerHead &head, const Asked &asked)
{
    const auto range = parse_content_range(head.content_range);
    if (!range || !range->first || *range->first != asked.offset)
        return ask_whole("The server answers with another part of " + asked.file.name + " than was asked for.");
    const bool other_tag = !head.etag.empty() && !asked.origin.etag.empty() && head.etag != asked.origin.etag;
    const bool other_size = range->total && asked.origin.total != 0 && *range->total != asked.origin.total;
    if (other_tag || other_size)
        return ask_whole("The file " + asked.file.name + " has changed on the server since a part of it was downloaded.");
    const std::int64_t total = range->total ? *range->total : asked.origin.total;
    if (std::string objection = objection_to_size(total, asked); !objection.empty())
        return give_up(objection);
    if (total != 0 && head.content_length && *head.content_length > total - asked.offset)
        return ask_whole("The server announces more of " + asked.file.name + " than there is.");
    return {Verdict::append, total != 0 ? total : asked.file.bytes, {}, {}};
}

Answer judge_unsatisfiable(const AnswerHead &head, const Asked &asked)
{
    const auto range = parse_content_range(head.content_range);
    const std::int64_t whole = asked.file.bytes != 0 ? asked.file.bytes : asked.origin.total;
    if (asked.offset != 0 && asked.offset == whole && range && range->total == whole)
        return {Verdict::complete, whole, {}, {}};
    return ask_whole("The server has no more of " + asked.file.name + " than is here, and that is not the whole of it.");
}

Answer judge_trouble(const AnswerHead &head, const Asked &asked)
{
    const std::string status = std::to_string(head.status);
    const std::string says = "The server is not able to send " + asked.file.name + " now (status " + status + ").";
    constexpr std::int64_t kDay = 86400;
    const std::chrono::seconds wait(std::min(number(head.retry_after).value_or(0), kDay)); // a date is taken as no wish
    if (wait > kLongestWait)
        return give_up(says + " It asks to come back in " + std::to_string((wait.count() + 59) / 60) + " minutes.");
    return {Verdict::retry, 0, wait, says + " Try again later."};
}

} // namespace

bool may_be_part(const Asked &asked)
{
    const auto &[file, offset, origin] = asked;
    const bool has_its_size = file.bytes == 0 || origin.total == 0 || origin.total == file.bytes;
    return origin.url == file.url && has_its_size && (file.bytes == 0 || offset <= file.bytes);
}

Answer judge(const AnswerHead &head, const Asked &asked)
{
    switch (head.status) {
    case 200:
        return judge_whole(head, asked);
    case 206:
        return judge_part(head, asked);
    case 301:
    case 302:
    case 303:
    case 307:
    case 308:
        if (head.location.empty())
            return give_up("The server sends the download of " + asked.file.name + " on to nowhere." + by_hand(asked));
        return {Verdict::redirect, 0, {}, {}};
    case 416:
        return judge_unsatisfiable(head, asked);
    case 401:
    case 403:
    case 407:
        return give_up("The server refuses to send " + asked.file.name + " (status " + std::to_string(head.status)
                       + "). Check the proxy of this machine, or download it by hand from " + asked.file.url + ".");
    case 404:
    case 410:
        return give_up("There is no file at " + asked.file.url
                       + " any more. Look for a newer version of this program, or use a copy of the file that you have.");
    case 408:
    case 425:
    case 429:
        return judge_trouble(head, asked);
    default:
        if (head.status >= 500)
            return judge_trouble(head, asked);
        return give_up("The server answers the download of " + asked.file.name + " with the status " + std::to_string(head.status)
                       + "." + by_hand(asked));
    }
}

std::string if_range(const PartOrigin &origin)
{
    const bool strong = !origin.etag.empty() && !origin.etag.starts_with("W/");
    return strong ? origin.etag : origin.last_modified;
}

bool is_this_machine(const QString &host)
{
    return host == u"localhost"_s || QHostAddress(host).isLoopback();
}

bool may_ask(const QUrl &url)
{
    return url.scheme() == u"https"_s || (url.scheme() == u"http"_s && is_this_machine(url.host()));
}

bool may_redirect(const QUrl &from, const QUrl &to)
{
    return may_ask(to) && (to.scheme() == u"https"_s || from.scheme() != u"https"_s);
}

} // namespace ca
