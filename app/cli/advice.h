// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/output.h"
#include "core/agent/agent_study.h"

namespace ca {

/// `trials=24,minutes=15,tokens=200000,dollars=2`, any of them; what is absent is as in `budget`. Errors: `usage`.
[[nodiscard]] Result<Budget> parse_budget(const std::string &text, Budget budget);

/// Who advises a run, with what was approved on the command line. Errors: `usage` (an unknown provider, no model named, an
/// address that is not secure), `unsupported` in a build without a network.
[[nodiscard]] Result<AgentOptions> agent_options(const Arguments &arguments, const Console &console);

/// Streams a conversation to standard error: what the advisor says, what it does, what came of it.
class ConsoleTranscript final : public AgentSink {
public:
    explicit ConsoleTranscript(const Console &console) : console_(console) { }

    void turn_begun(std::size_t turn) override;
    void delta(const ChatDelta &delta) override;
    void turn_ended(const ChatTurn &turn, const std::vector<TextSpan> &text) override;
    void call_changed(const CallCard &card) override;
    void finished(const std::vector<TextSpan> &summary, const std::optional<std::string> &recommended) override;
    void notice(const std::string &sentence) override;
    void usage_changed(const Usage &total, std::optional<double> cost) override;

private:
    const Console &console_;
};

} // namespace ca
