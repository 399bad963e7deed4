// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/mock_llm_server.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

constexpr int kForever = -1; // poll's word for it

std::size_t body_length(std::string_view request)
{
    const std::string length = header_of(request, "content-length");
    std::size_t value = 0;
    std::from_chars(length.data(), length.data() + length.size(), value);
    return value;
}

bool is_whole(std::string_view request)
{
    const auto head = request.find("\r\n\r\n");
    return head != std::string_view::npos && request.size() >= head + 4 + body_length(request);
}

void reset(int connection)
{
    const linger at_once{1, 0};
    ::setsockopt(connection, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

} // namespace

MockScript sends(std::string bytes)
{
    return {{MockAct::Kind::send, std::move(bytes)}};
}

MockScript dribbles(std::string bytes, int milliseconds)
{
    return {{MockAct::Kind::dribble, std::move(bytes), milliseconds}};
}

MockScript stalls_after(std::string bytes)
{
    return {{MockAct::Kind::send, std::move(bytes)}, {MockAct::Kind::hold}};
}

MockScript resets_after(std::string bytes)
{
    constexpr int kUntilRead = 30; // a reset takes with it what the other side has not read
    return {{MockAct::Kind::send, std::move(bytes)}, {MockAct::Kind::pause, {}, kUntilRead}, {MockAct::Kind::reset}};
}

std::string http_answer(int status, std::string_view body, std::string_view headers)
{
    return "HTTP/1.1 " + std::to_string(status) + " As Told\r\n" + std::string(headers)
        + "content-length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

std::string event_stream(std::string_view body, std::string_view type)
{
    return "HTTP/1.1 200 OK\r\ncontent-type: " + std::string(type) + "\r\n\r\n" + std::string(body);
}

std::string chunked_stream(std::string_view body, std::size_t size)
{
    std::string answer = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
    while (!body.empty()) {
        const std::string_view chunk = body.substr(0, size);
        body.remove_prefix(chunk.size());
        std::array<char, 16> digits{};
        const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), chunk.size(), 16).ptr;
        answer += std::string(digits.data(), end) + "\r\n" + std::string(chunk) + "\r\n";
    }
    return answer + "0\r\n\r\n";
}

MockLlmServer::MockLlmServer(std::vector<MockScript> scripts) : scripts_(std::move(scripts))
{
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto *const general = reinterpret_cast<sockaddr *>(&address);
    if (::bind(listener_, general, size) != 0 || ::listen(listener_, 64) != 0 || ::getsockname(listener_, general, &size) != 0
        || ::pipe2(wake_, O_CLOEXEC) != 0)
        return; // the test sees that nothing answers at port 0
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
}

MockLlmServer::~MockLlmServer()
{
    ::close(wake_[1]);
    if (thread_.joinable())
        thread_.join();
    ::close(wake_[0]);
    ::close(listener_);
}

std::string MockLlmServer::origin() const
{
    return "http://127.0.0.1:" + std::to_string(port_);
}

std::vector<std::string> MockLlmServer::requests() const
{
    const std::lock_guard lock(mutex_);
    return requests_;
}

void MockLlmServer::serve()
{
    for (std::size_t served = 0;; ++served) {
        std::array<pollfd, 2> watched{pollfd{listener_, POLLIN, 0}, pollfd{wake_[0], POLLIN, 0}};
        if (::poll(watched.data(), watched.size(), kForever) < 0 || watched[1].revents != 0)
            return;
        const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (connection < 0)
            return;
        const int yes = 1;
        ::setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        answer(connection, served < scripts_.size() ? scripts_[served] : MockScript());
        ::close(connection);
    }
}

void MockLlmServer::answer(int connection, const MockScript &script)
{
    {
        const std::lock_guard lock(mutex_);
        requests_.emplace_back();
    }
    if (!read_request(connection))
        return;
    for (const MockAct &next : script)
        if (!act(connection, next))
            return;
}

bool MockLlmServer::act(int connection, const MockAct &act)
{
    switch (act.kind) {
    case MockAct::Kind::send:
        return write(connection, act.bytes);
    case MockAct::Kind::dribble:
        for (const char &byte : act.bytes)
            if (!write(connection, {&byte, 1}) || (act.milliseconds > 0 && !wait(connection, POLLIN, act.milliseconds)))
                return false;
        return true;
    case MockAct::Kind::pause:
        return wait(connection, POLLIN, act.milliseconds);
    case MockAct::Kind::hold:
        return wait(connection, POLLIN, kForever);
    case MockAct::Kind::reset:
        reset(connection);
        return false;
    }
    return false;
}

bool MockLlmServer::read_request(int connection)
{
    std::array<char, 64 * 1024> block; // NOLINT(*-member-init): recv writes it
    for (;;) {
        const auto count = ::recv(connection, block.data(), block.size(), 0);
        if (count == 0 || (count < 0 && errno != EAGAIN))
            return false;
        if (count < 0) {
            std::array<pollfd, 2> watched{pollfd{connection, POLLIN, 0}, pollfd{wake_[0], POLLIN, 0}};
            if (::poll(watched.data(), watched.size(), kForever) < 0 || watched[1].revents != 0)
                return false;
            continue;
        }
        const std::lock_guard lock(mutex_);
        requests_.back().append(block.data(), static_cast<std::size_t>(count));
        if (is_whole(requests_.back()))
            return true;
    }
}

bool MockLlmServer::write(int connection, std::string_view bytes)
{
    while (!bytes.empty()) {
        const auto count = ::send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count > 0) {
            bytes.remove_prefix(static_cast<std::size_t>(count));
            sent_ += static_cast<std::size_t>(count);
        } else if (errno != EAGAIN || !wait(connection, POLLOUT, kForever)) {
            return false;
        }
    }
    return true;
}

bool MockLlmServer::wait(int connection, short events, int milliseconds)
{
    std::array<pollfd, 2> watched{pollfd{connection, events, 0}, pollfd{wake_[0], POLLIN, 0}};
    if (::poll(watched.data(), watched.size(), milliseconds) < 0 || watched[1].revents != 0)
        return false;
    return (watched[0].revents & ~POLLOUT) == 0; // bytes after the request, or its end: the other side has hung up
}

std::string_view body_of(std::string_view request)
{
    const auto head = request.find("\r\n\r\n");
    return head == std::string_view::npos ? std::string_view() : request.substr(head + 4);
}

std::string header_of(std::string_view request, std::string_view name)
{
    const std::string_view head = request.substr(0, request.find("\r\n\r\n"));
    std::string lower(head);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c); });
    const auto line = lower.find("\r\n" + std::string(name) + ": ");
    if (line == std::string::npos)
        return {};
    const auto begin = line + 2 + name.size() + 2;
    return std::string(head.substr(begin, head.find("\r\n", begin) - begin));
}
