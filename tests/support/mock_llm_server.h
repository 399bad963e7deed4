// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

/// What the server does next on a connection.
struct MockAct {
    enum class Kind {
        send,    ///< `bytes`, at once
        dribble, ///< `bytes`, one in a packet each `milliseconds`
        pause,   ///< for `milliseconds`, or until the other side hangs up
        hold,    ///< until the other side hangs up
        reset,   ///< the connection, as a crashed machine does
    } kind = Kind::send;
    std::string bytes{};
    int milliseconds = 0;
};
/// Of one connection: the server waits for its request, acts, and closes.
using MockScript = std::vector<MockAct>;

[[nodiscard]] MockScript sends(std::string bytes);
[[nodiscard]] MockScript dribbles(std::string bytes, int milliseconds = 0);
[[nodiscard]] MockScript stalls_after(std::string bytes);
[[nodiscard]] MockScript resets_after(std::string bytes);

/// A whole HTTP answer; `headers`: lines, each with its CRLF.
[[nodiscard]] std::string http_answer(int status, std::string_view body, std::string_view headers = {});
/// A head whose body ends where the connection does, and the body.
[[nodiscard]] std::string event_stream(std::string_view body, std::string_view type = "text/event-stream");
/// The same in chunks of `size` bytes, with their end.
[[nodiscard]] std::string chunked_stream(std::string_view body, std::size_t size);

/// Serves scripts on this machine by plain TCP, so that a test knows each byte and where packets are cut: one script for each
/// connection in turn, and nothing for those after. Runs on a thread of its own.
class MockLlmServer {
public:
    explicit MockLlmServer(std::vector<MockScript> scripts);
    MockLlmServer(const MockLlmServer &) = delete;
    MockLlmServer &operator=(const MockLlmServer &) = delete;
    ~MockLlmServer();

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] std::string origin() const; ///< `http://127.0.0.1:PORT`
    /// What came on each connection so far, byte for byte.
    [[nodiscard]] std::vector<std::string> requests() const;
    [[nodiscard]] std::size_t sent() const { return sent_; } ///< bytes that the system has taken so far

private:
    void serve();
    void answer(int connection, const MockScript &script);
    bool act(int connection, const MockAct &act);
    bool read_request(int connection);
    bool write(int connection, std::string_view bytes);
    /// Waits for `events` of the connection; false where it may not go on: the server ends, or the other side has hung up.
    bool wait(int connection, short events, int milliseconds);

    std::vector<MockScript> scripts_;
    std::uint16_t port_ = 0;
    int listener_ = -1, wake_[2] = {-1, -1};
    mutable std::mutex mutex_;
    std::vector<std::string> requests_;
    std::atomic<std::size_t> sent_ = 0;
    std::thread thread_;
};

/// The body of a request, without its head.
[[nodiscard]] std::string_view body_of(std::string_view request);
/// The value of a header of a request, by its name in lower case; empty where it has none.
[[nodiscard]] std::string header_of(std::string_view request, std::string_view name);
