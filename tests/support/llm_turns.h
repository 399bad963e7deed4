// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/dialects/dialect.h"

#include <QByteArray>

#include <string>
#include <string_view>
#include <vector>

/// What a decoder made of a stream, in a form that a test can print.
struct Decoded {
    ca::ChatResult<ca::ChatTurn> turn;
    std::vector<ca::ChatDelta> deltas;
};

inline std::vector<std::string_view> in_two(std::string_view bytes, std::size_t at)
{
    return {bytes.substr(0, at), bytes.substr(at)};
}

inline std::vector<std::string_view> in_bytes(std::string_view bytes)
{
    std::vector<std::string_view> pieces;
    for (std::size_t i = 0; i < bytes.size(); ++i)
        pieces.push_back(bytes.substr(i, 1));
    return pieces;
}

/// As a client does it: until a failure, or until nothing that follows matters.
inline Decoded decoded(const ca::Dialect &dialect, const std::vector<std::string_view> &pieces)
{
    constexpr std::size_t kTurn = 7;
    Decoded result{ca::ChatTurn(), {}};
    const auto decoder = dialect.decoder(kTurn);
    const ca::ChatSink sink = [&](const ca::ChatDelta &delta) { result.deltas.push_back(delta); };
    for (const std::string_view piece : pieces) {
        if (const auto fed = decoder->feed(piece, sink); !fed) {
            result.turn = tl::unexpected<ca::ChatFailure>(fed.error());
            return result;
        }
        if (decoder->is_complete())
            break;
    }
    result.turn = decoder->finish(sink);
    return result;
}

inline QByteArray described(const ca::ChatTurn &turn)
{
    ca::OrderedJson calls = ca::OrderedJson::array();
    for (const ca::ToolCall &call : turn.message.calls)
        calls.push_back({call.id, call.name, call.arguments});
    const ca::Usage &usage = turn.usage;
    return QByteArray::fromStdString(ca::pretty({{"text", turn.message.text},
                                                 {"thinking", turn.thinking},
                                                 {"calls", calls},
                                                 {"opaque", ca::OrderedJson::parse(ca::canonical(turn.message.opaque))},
                                                 {"end", static_cast<int>(turn.end)},
                                                 {"stop_reason", turn.stop_reason},
                                                 {"unparsed", turn.has_unparsed_call},
                                                 {"usage", {usage.input, usage.cached, usage.cache_written, usage.output}},
                                                 {"estimated", usage.estimated}}));
}

inline QByteArray described(const ca::ChatFailure &failure)
{
    return QByteArray::number(static_cast<int>(failure.kind)) + ' ' + QByteArray::fromStdString(failure.sentence)
        + (failure.after_content ? " (after content)" : "");
}

inline QByteArray described(const ca::ChatResult<ca::ChatTurn> &turn)
{
    return turn ? described(*turn) : described(turn.error());
}

/// All texts of one kind.
inline std::string told(const std::vector<ca::ChatDelta> &deltas, ca::ChatDelta::Kind kind)
{
    std::string text;
    for (const ca::ChatDelta &delta : deltas)
        if (delta.kind == kind)
            text += delta.text;
    return text;
}
