// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/sent_log.h"

namespace ca {
namespace {

constexpr std::size_t kMostBytes = 64u << 20; // of all bodies: days of talk

} // namespace

void SentLog::add(const QString &to, const std::string &body) const
{
    const std::lock_guard lock(state_->mutex);
    auto &requests = state_->requests;
    requests.push_back({QDateTime::currentDateTime(), to, QByteArray::fromStdString(body)});
    state_->bytes += body.size();
    while (state_->bytes > kMostBytes && requests.size() > 1) {
        state_->bytes -= static_cast<std::size_t>(requests.front().body.size());
        requests.erase(requests.begin());
        state_->is_cut = true;
    }
}

std::vector<SentRequest> SentLog::requests() const
{
    const std::lock_guard lock(state_->mutex);
    return state_->requests;
}

bool SentLog::is_cut() const
{
    const std::lock_guard lock(state_->mutex);
    return state_->is_cut;
}

} // namespace ca
