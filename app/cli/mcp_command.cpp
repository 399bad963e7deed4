// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/advice.h"
#include "app/cli/commands.h"
#include "app/cli/input_lines.h"
#include "app/cli/open_run.h"
#include "app/cli/output_place.h"
#include "core/agent/mcp.h"
#include "core/agent/tools/desk.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace ca {
namespace {

/// Calls on their way from the thread that reads to the one that carries them out.
class Calls {
public:
    /// Waits; nothing once there will be no more.
    std::optional<McpCall> next()
    {
        std::unique_lock lock(mutex_);
        current_.reset();
        changed_.wait(lock, [&] { return ended_ || !waiting_.empty(); });
        if (waiting_.empty())
            return std::nullopt;
        current_ = std::move(waiting_.front());
        waiting_.pop_front();
        stop_ = std::stop_source();
        return current_;
    }
    /// Of the call that `next` gave last.
    std::stop_token stop() const
    {
        const std::lock_guard lock(mutex_);
        return stop_.get_token();
    }
    std::optional<McpCall> current() const
    {
        const std::lock_guard lock(mutex_);
        return current_;
    }
    void add(McpCall call)
    {
        const std::lock_guard lock(mutex_);
        waiting_.push_back(std::move(call));
        changed_.notify_one();
    }
    void cancel(const Json &id)
    {
        const std::lock_guard lock(mutex_);
        std::erase_if(waiting_, [&](const McpCall &call) { return call.id == id; });
        if (current_ && current_->id == id)
            stop_.request_stop();
    }
    void end()
    {
        const std::lock_guard lock(mutex_);
        ended_ = true;
        changed_.notify_one();
    }
    /// One is carried out, or waits.
    bool are_left() const
    {
        const std::lock_guard lock(mutex_);
        return current_ || !waiting_.empty();
    }

private:
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<McpCall> waiting_;
    std::optional<McpCall> current_;
    std::stop_source stop_;
    bool ended_ = false;
};

std::string instructions()
{
    return "Tools on one study that makes a vision model small by quantizing it. Opening the model takes a moment, so the first "
           "call may wait. "
        + advisor_instructions();
}

/// The study's side: opens it, and carries out calls until there are no more.
class Service {
public:
    /// `ended`: the client is gone, or is taken to be once it asks for nothing more.
    Service(const Arguments &arguments, const Console &console, Calls &calls, std::stop_source &ended)
        : arguments_(arguments), console_(console), calls_(calls), ended_(ended), stop_(ended.get_token())
    {
    }

    int run()
    {
        const auto served = serve();
        if (served || served.error().code == ErrorCode::cancelled)
            return 0;
        while (const auto call = calls_.next()) // each is told why there is no study
            if (!console_.send(McpServer::failure(*call, served.error().text())))
                break;
        return console_.fail(served.error());
    }

private:
    Status serve()
    {
        const auto budget = parse_budget(arguments_.yes_budget, {arguments_.trials, arguments_.minutes, {}, {}});
        if (!budget)
            return forward(budget);
        const Progress progress([this](const ProgressReport &report) { tell(report); });
        const auto inputs = open_run(arguments_, console_.fetch(), stop_, progress);
        if (!inputs)
            return forward(inputs);
        const StudyOptions options = study_options(arguments_, *inputs);
        const MadeFolders made(options.folder);
        const TrialSink on_trial;
        StudyRunner runner(inputs->model, *inputs->data, options, on_trial, stop_, progress);
        const auto study = runner.run([&](StudyRunner &running) {
            RunnerDesk desk(running);
            ToolOptions tools;
            tools.budget = *budget;
            ToolBox box(desk, std::move(tools));
            return carry_out(box, running);
        });
        return study ? Status() : Status(forward(study));
    }

    Status carry_out(ToolBox &tools, StudyRunner &runner)
    {
        while (const auto call = calls_.next()) {
            const std::stop_token stop = calls_.stop();
            const ToolAnswer answer = tools.call(call->call, stop);
            const auto kept = runner.note({{"kind", "result"},
                                           {"call", call->call.id},
                                           {"tool", call->call.name},
                                           {"arguments", call->call.arguments},
                                           {"title", call_title(call->call)},
                                           {"state", to_text(answer.state)},
                                           {"content", answer.content},
                                           {"summary", answer.summary},
                                           {"trials", answer.trials},
                                           {"client", "mcp"}});
            const bool is_awaited = !stop.stop_requested(); // a call that was cancelled is not answered
            if (is_awaited && !console_.send(McpServer::answer(*call, answer)))
                break; // the client is gone
            if (!kept)
                return kept;
            if (answer.fatal)
                return tl::unexpected(*answer.fatal);
        }
        ended_.request_stop(); // the front's measurement on holdout is for `run --resume`
        return {};
    }

    void tell(const ProgressReport &report)
    {
        if (const auto call = calls_.current())
            if (const auto line = McpServer::progress(*call, report, ++reported_))
                (void)console_.send(*line); // a client that is gone is noticed at the answer
    }

    const Arguments &arguments_;
    const Console &console_;
    Calls &calls_;
    std::stop_source &ended_;
    const std::stop_token stop_;
    std::atomic<std::uint64_t> reported_ = 0;
};

} // namespace

int mcp_command(const Arguments &arguments, const Console &console, std::stop_token stop)
{
    std::stop_source ended; // the client went away, or a signal came
    const std::stop_callback interrupted(stop, [&ended] { ended.request_stop(); });
    Calls calls;
    int code = 0;
    std::jthread study([&] { code = Service(arguments, console, calls, ended).run(); });
    McpServer server(CA_VERSION, instructions());
    InputLines lines(console.in());
    while (const auto line = lines.next(ended.get_token())) {
        if (line->empty())
            continue;
        auto reaction = server.take(*line);
        if (reaction.send && !console.send(*reaction.send))
            break;
        if (reaction.cancelled)
            calls.cancel(*reaction.cancelled);
        if (reaction.call)
            calls.add(std::move(*reaction.call));
    }
    if (!calls.are_left())
        ended.request_stop(); // whatever the study is at, nobody waits for it
    calls.end();
    study.join();
    return stop.stop_requested() ? exit_code(ErrorCode::cancelled) : code;
}

} // namespace ca
