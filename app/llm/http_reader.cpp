// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/llm/http_reader.h"

#include <algorithm>
#include <charconv>

namespace ca {
namespace {

constexpr std::size_t kMostHead = 64 * 1024;

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lowered(std::string_view text)
{
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(), lower);
    return result;
}

std::string_view trimmed(std::string_view text)
{
    constexpr std::string_view kSpace = " \t";
    const auto first = text.find_first_not_of(kSpace);
    return first == std::string_view::npos ? std::string_view() : text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::optional<std::uint64_t> number(std::string_view digits, int base)
{
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
    if (error != std::errc() || end != digits.data() + digits.size())
        return {};
    return value;
}

/// The status of `HTTP/1.1 200 OK`.
std::optional<int> status_of(std::string_view line)
{
    constexpr std::size_t kBeforeStatus = 9;
    const bool is_http = line.starts_with("HTTP/1.") && line.size() >= kBeforeStatus + 3 && line[kBeforeStatus - 1] == ' ';
    const auto status = is_http ? number(line.substr(kBeforeStatus, 3), 10) : std::nullopt;
    if (!status || *status < 100 || (line.size() > kBeforeStatus + 3 && line[kBeforeStatus + 3] != ' '))
        return {};
    return static_cast<int>(*status);
}

tl::unexpected<std::string> objection(const char *what)
{
    return tl::unexpected(std::string(what));
}

} // namespace

HttpReader::HttpReader(std::size_t most_bytes, const OnHead &on_head, const OnBody &on_body)
    : most_bytes_(most_bytes), on_head_(on_head), on_body_(on_body)
{
}

HttpReader::Status HttpReader::feed(std::string_view bytes)
{
    while (!bytes.empty() && part_ != Part::done) {
        if (part_ == Part::sized || part_ == Part::chunk || part_ == Part::until_close) {
            if (const auto taken = take_body(bytes); !taken)
                return taken;
            continue;
        }
        const auto line = take_line(bytes);
        if (!line)
            return tl::unexpected(line.error());
        if (!*line)
            return {};
        if (const auto acted = act(**line); !acted)
            return acted;
    }
    return {};
}

bool HttpReader::close()
{
    if (part_ == Part::until_close)
        part_ = Part::done;
    return is_complete();
}

tl::expected<std::optional<std::string>, std::string> HttpReader::take_line(std::string_view &bytes)
{
    const auto end = bytes.find('\n');
    const std::string_view piece = bytes.substr(0, end);
    bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
    lines_bytes_ += piece.size() + 1;
    if (lines_bytes_ > kMostHead)
        return objection("begins with more than a head may hold");
    line_ += piece;
    if (end == std::string_view::npos)
        return std::optional<std::string>();
    if (line_.ends_with('\r'))
        line_.pop_back();
    return std::exchange(line_, {});
}

HttpReader::Status HttpReader::act(const std::string &line)
{
    switch (part_) {
    case Part::chunk_size:
        return begin_chunk(line);
    case Part::chunk_end:
        if (!line.empty())
            return objection("is cut into pieces wrongly");
        part_ = Part::chunk_size;
        lines_bytes_ = 0;
        return {};
    case Part::trailers:
        if (line.empty())
            part_ = Part::done;
        return {};
    default:
        return add_to_head(line);
    }
}

HttpReader::Status HttpReader::add_to_head(const std::string &line)
{
    if (head_.status == 0) {
        const auto status = status_of(line);
        if (!status)
            return objection("is no HTTP");
        head_.status = *status;
        return {};
    }
    if (line.empty())
        return begin_body();
    if (line.front() == ' ' || line.front() == '\t') { // goes on with the line before (RFC 9112 section 5.2)
        if (!head_.headers.empty())
            head_.headers.back().second += " " + std::string(trimmed(line));
        return {};
    }
    if (const auto colon = line.find(':'); colon != std::string::npos)
        head_.headers.emplace_back(lowered(line.substr(0, colon)), trimmed(std::string_view(line).substr(colon + 1)));
    return {};
}

HttpReader::Status HttpReader::begin_body()
{
    if (head_.status < 200) {
        if (head_.status == 101)
            return objection("changes the protocol, which was not asked for");
        head_ = {};
        return {};
    }
    const std::string *const encoding = header(head_, "content-encoding");
    auto decoder = ContentDecoder::open(encoding ? lowered(*encoding) : std::string());
    if (!decoder)
        return tl::unexpected(decoder.error());
    decoder_.emplace(std::move(*decoder));
    lines_bytes_ = 0;
    const std::string *const transfer = header(head_, "transfer-encoding");
    const std::string *const length = header(head_, "content-length");
    if (head_.status == 204 || head_.status == 304) {
        part_ = Part::done;
    } else if (transfer && lowered(*transfer).ends_with("chunked")) {
        part_ = Part::chunk_size;
    } else if (length && !transfer) {
        const auto size = number(*length, 10);
        if (!size)
            return objection("has a length that is no number");
        left_ = *size;
        part_ = left_ == 0 ? Part::done : Part::sized;
    } else {
        part_ = Part::until_close;
    }
    if (!on_head_(head_))
        part_ = Part::done;
    return {};
}

HttpReader::Status HttpReader::begin_chunk(std::string_view line)
{
    const auto size = number(trimmed(line.substr(0, line.find(';'))), 16);
    if (!size)
        return objection("is cut into pieces wrongly");
    left_ = *size;
    part_ = left_ == 0 ? Part::trailers : Part::chunk;
    lines_bytes_ = 0;
    return {};
}

HttpReader::Status HttpReader::take_body(std::string_view &bytes)
{
    const bool is_bounded = part_ != Part::until_close;
    const std::string_view piece = is_bounded ? bytes.substr(0, std::min<std::uint64_t>(left_, bytes.size())) : bytes;
    bytes.remove_prefix(piece.size());
    packed_ += piece.size();
    bool is_too_long = packed_ > most_bytes_, wants_more = true;
    const auto unpacked = decoder_->feed(piece, [&](std::string_view block) {
        unpacked_ += block.size();
        is_too_long = is_too_long || unpacked_ > most_bytes_;
        wants_more = !is_too_long && on_body_(block);
        return wants_more;
    });
    if (is_too_long)
        return objection("is longer than any answer should be");
    if (!unpacked)
        return unpacked;
    if (is_bounded && (left_ -= piece.size()) == 0)
        part_ = part_ == Part::chunk ? Part::chunk_end : Part::done;
    if (!wants_more)
        part_ = Part::done;
    return {};
}

} // namespace ca
