// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/llm/qt_transport.h"

#include "app/llm/exchange.h"
#include "app/llm/transport_failures.h"

#include <QEventLoop>

namespace ca {

ChatResult<HttpHead> QtTransport::send(const HttpRequest &request, const HttpLimits &limits,
                                       const std::function<bool(const HttpHead &)> &on_head,
                                       const std::function<bool(std::string_view)> &on_body, std::stop_token stop)
{
    if (stop.stop_requested())
        return tl::unexpected(request_cancelled());
    QEventLoop loop;
    Exchange exchange(request, limits, on_head, on_body);
    QObject::connect(&exchange, &Exchange::ended, &loop, &QEventLoop::quit,
                     Qt::QueuedConnection); // it may end before the loop runs
    const std::stop_callback on_stop(
        std::move(stop), [&exchange] { QMetaObject::invokeMethod(&exchange, &Exchange::cancel, Qt::QueuedConnection); });
    exchange.start();
    loop.exec();
    return exchange.result();
}

} // namespace ca
