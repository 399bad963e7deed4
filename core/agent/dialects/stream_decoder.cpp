// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/dialects/stream_decoder.h"

#include "core/agent/dialects/failure.h"
#include "core/agent/dialects/json_fields.h"

#include <utility>

namespace ca {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// The bytes before the first that means something: spaces and a byte order mark.
std::size_t blank_start(std::string_view body)
{
    std::string_view rest = body;
    while (!rest.empty() && (rest.starts_with(kByteOrderMark) || trimmed(rest.substr(0, 1)).empty()))
        rest.remove_prefix(rest.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 1);
    return body.size() - rest.size();
}

} // namespace

ChatResult<void> StreamDecoder::feed(std::string_view bytes, const ChatSink &sink)
{
    if (failure_)
        return tl::unexpected<ChatFailure>(*failure_);
    if (is_complete_)
        return {};
    auto taken = take_bytes(bytes, sink);
    if (taken || is_complete_)
        return {};
    return failed(std::move(taken.error()));
}

ChatResult<ChatTurn> StreamDecoder::finish(const ChatSink &sink)
{
    if (!failure_ && !is_complete_)
        if (auto taken = take_rest(sink); !taken)
            failed(std::move(taken.error()));
    if (!failure_ && !is_understood_)
        failed(
            bad_answer("The provider sent an empty answer, or one that is not of its kind. Check the address, or choose another "
                       "model.")
                .value());
    if (failure_)
        return tl::unexpected<ChatFailure>(*failure_);
    Deltas deltas;
    ChatTurn answer = turn(deltas);
    tell(deltas, sink);
    return answer;
}

ChatResult<void> StreamDecoder::take_bytes(std::string_view bytes, const ChatSink &sink)
{
    if (form_ != Form::stream) {
        body_ += bytes;
        if (form_ == Form::unknown)
            find_form();
        if (form_ != Form::stream && blank_ + body_.size() > kMostTurnBytes)
            return bad_answer("The provider's answer is longer than this program reads. Ask again, or choose another model.");
        if (form_ != Form::stream)
            return {};
    }
    const std::string held = std::exchange(body_, {});
    return sse_.feed(held.empty() ? bytes : held, [&](const SseEvent &event) { return take_event(event, sink); });
}

void StreamDecoder::find_form()
{
    const std::size_t blank = blank_start(body_);
    body_.erase(0, blank);
    blank_ += blank;
    if (kByteOrderMark.starts_with(body_)) // nothing yet, or a part of the mark
        return;
    const char first = body_.front();
    form_ = first == '{' || first == '[' ? Form::json : first == '<' ? Form::page : Form::stream;
}

ChatResult<void> StreamDecoder::take_rest(const ChatSink &sink)
{
    if (form_ == Form::page)
        return tl::unexpected<ChatFailure>(failure_of_answer({200, {}}, body_, {}));
    if (form_ == Form::json) {
        const auto data = parse_stream_json(body_);
        if (!data)
            return tl::unexpected<ChatFailure>(failure_of_answer({200, {}}, body_, {}));
        return take_json({}, data->is_array() && data->size() == 1 ? data->front() : *data, sink);
    }
    const auto rest = sse_.rest();
    const bool is_whole = rest && (trimmed(rest->data) == "[DONE]" || parse_stream_json(rest->data));
    return is_whole ? take_event(*rest, sink) : ChatResult<void>();
}

ChatResult<void> StreamDecoder::take_event(const SseEvent &event, const ChatSink &sink)
{
    if (is_complete_)
        return {};
    const std::string_view text = trimmed(event.data);
    if (text.empty())
        return {};
    if (text == "[DONE]") {
        complete();
        return {};
    }
    const auto data = parse_stream_json(text);
    if (data)
        return take_json(event.name, *data, sink);
    if (event.name == "error")
        return tl::unexpected<ChatFailure>(failure_of_text(text));
    return bad_answer("A piece of the provider's answer cannot be read: " + data.error().sentence + " Ask again.");
}

ChatResult<void> StreamDecoder::take_json(std::string_view event, const Json &data, const ChatSink &sink)
{
    if (auto failure = failure_within(data, event))
        return tl::unexpected<ChatFailure>(std::move(*failure));
    if (!data.is_object())
        return {};
    Deltas deltas;
    const auto taken = take(event, data, deltas);
    tell(deltas, sink);
    if (!taken)
        return tl::unexpected<ChatFailure>(taken.error());
    is_understood_ = is_understood_ || *taken;
    return {};
}

void StreamDecoder::tell(const Deltas &deltas, const ChatSink &sink)
{
    is_shown_ = is_shown_ || !deltas.empty();
    if (sink)
        for (const ChatDelta &delta : deltas)
            sink(delta);
}

/// With what came before it, which is paid for.
tl::unexpected<ChatFailure> StreamDecoder::failed(ChatFailure failure)
{
    failure.after_content = is_shown_;
    Deltas unsaid;
    if (is_understood_)
        failure.usage = turn(unsaid).usage;
    failure_ = failure;
    return tl::unexpected<ChatFailure>(std::move(failure));
}

} // namespace ca
