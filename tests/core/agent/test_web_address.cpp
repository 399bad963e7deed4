// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/provider/web_address.h"

#include <QtTest>

class TestWebAddress final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void takes_an_address_apart();
    void sees_names_and_queries();
    void takes_nothing_else_for_an_address_data();
    void takes_nothing_else_for_an_address();
    void knows_this_machine();
    void shows_the_host_alone();
};

void TestWebAddress::takes_an_address_apart()
{
    QCOMPARE(ca::web_address("HTTPS://API.OpenAI.com/V1/x").value(), (ca::WebAddress{"https", "api.openai.com", "", "/V1/x"}));
    QCOMPARE(ca::web_address("http://127.0.0.1:8080").value(), (ca::WebAddress{"http", "127.0.0.1", "8080", ""}));
    QCOMPARE(ca::web_address("http://[::1]:8080/v1").value(), (ca::WebAddress{"http", "[::1]", "8080", "/v1"}));
    QCOMPARE(ca::web_address("http://[::1]/v1").value(), (ca::WebAddress{"http", "[::1]", "", "/v1"}));
}

void TestWebAddress::sees_names_and_queries()
{
    QCOMPARE(ca::web_address("https://me:word@host/v1").value(), (ca::WebAddress{"https", "host", "", "/v1", true}));
    QCOMPARE(ca::web_address("https://host/v1?key=1").value(), (ca::WebAddress{"https", "host", "", "/v1", false, true}));
    QCOMPARE(ca::web_address("https://host#a").value(), (ca::WebAddress{"https", "host", "", "", false, true}));
    // What is before the last @ is a name, whatever it looks like.
    QCOMPARE(ca::web_address("https://api.openai.com@evil.example/").value().host, std::string("evil.example"));
}

void TestWebAddress::takes_nothing_else_for_an_address_data()
{
    QTest::addColumn<QByteArray>("text");
    for (const char *text :
         {"", "api.openai.com", "https://", "://host", "https:///v1", "https://a b", "https://a\\b", "https://a:b", "https://a:0",
          "https://a:99999", "https://[::1", "https://a:80:90", "https://a\r\nhost: b"})
        QTest::newRow(text) << QByteArray(text);
}

void TestWebAddress::takes_nothing_else_for_an_address()
{
    QFETCH(QByteArray, text);
    QVERIFY(!ca::web_address(text.toStdString()));
}

void TestWebAddress::knows_this_machine()
{
    for (const char *host : {"localhost", "127.0.0.1", "127.1.2.3", "[::1]"})
        QVERIFY2(ca::is_loopback(host), host);
    for (const char *host : {"localhost.example.org", "127.0.0.1.example.org", "128.0.0.1", "0.0.0.0", "[::2]", "10.0.0.1", ""})
        QVERIFY2(!ca::is_loopback(host), host);
}

void TestWebAddress::shows_the_host_alone()
{
    QCOMPARE(ca::shown_host("https://me:word@host:8443/v1?key=1"), std::string("host:8443"));
    QCOMPARE(ca::shown_host("/v1/elsewhere"), std::string());
}

QTEST_APPLESS_MAIN(TestWebAddress)
#include "test_web_address.moc"
