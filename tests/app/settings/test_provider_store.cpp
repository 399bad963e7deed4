// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/settings/provider_store.h"

#include <QSettings>
#include <QTemporaryDir>
#include <QtTest>

class TestProviderStore final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void begins_with_the_offline_planner();
    void what_was_set_up_is_there_at_the_next_start();
    void an_address_is_one_however_it_is_written();
    void the_offline_planner_takes_over_and_the_others_stay();
    void prices_of_the_person_come_before_the_published_ones();
    void a_published_price_is_not_kept_as_the_persons();
    void an_unknown_price_stays_unknown();
    void nothing_on_this_machine_costs_anything();
    void a_context_that_was_learned_is_kept();
    void names_are_sent_only_where_the_person_says_so();
    void agreement_is_to_what_was_shown();
    void a_file_that_makes_no_sense_is_as_none();
};

namespace {

struct Kept {
    Kept() : file(folder.filePath(QStringLiteral("settings.ini")), QSettings::IniFormat), settings(file), store(settings) { }
    QTemporaryDir folder;
    QSettings file;
    ca::Settings settings;
    ca::ProviderStore store;
};

ca::ProviderFacts facts_of(const char *provider, const char *model)
{
    ca::ProviderFacts facts;
    facts.provider = QString::fromLatin1(provider);
    facts.model = QString::fromLatin1(model);
    return facts;
}

ca::ProviderFacts priced(const char *provider, const char *model, double in, double out)
{
    ca::ProviderFacts facts = facts_of(provider, model);
    facts.price_in = in;
    facts.price_out = out;
    return facts;
}

} // namespace

void TestProviderStore::begins_with_the_offline_planner()
{
    const Kept kept;
    QCOMPARE(kept.store.current(), ca::ProviderFacts());
    QVERIFY(kept.store.configured().empty());
}

void TestProviderStore::what_was_set_up_is_there_at_the_next_start()
{
    Kept kept;
    QSignalSpy changed(&kept.store, &ca::ProviderStore::changed);
    ca::ProviderFacts facts = priced("https://llm.example.org/v1", "big-one", 2.5, 10);
    facts.context = 128'000;
    facts.first_seconds = 90;
    facts.idle_seconds = 30;
    facts.names = true;
    kept.store.use(facts);
    QCOMPARE(changed.count(), 1);
    kept.store.use(facts_of("ollama", "llama3"));
    kept.file.sync();

    QSettings again(kept.file.fileName(), QSettings::IniFormat);
    ca::Settings settings(again);
    const ca::ProviderStore store(settings);
    QCOMPARE(store.current().provider, QStringLiteral("ollama"));
    QCOMPARE(store.current().model, QStringLiteral("llama3"));
    QCOMPARE(store.configured().size(), std::size_t(2));
    QCOMPARE(store.configured()[0], facts);
    QCOMPARE(store.facts(facts.provider, facts.model), facts);
}

void TestProviderStore::an_address_is_one_however_it_is_written()
{
    Kept kept;
    for (const char *written : {"https://llm.example.org", "llm.example.org/v1", "https://LLM.example.org/v1/chat/completions"})
        kept.store.use(facts_of(written, "m"));
    kept.store.use(facts_of("http://127.0.0.1:11434/v1", "llama3"));
    QCOMPARE(kept.store.configured().size(), std::size_t(2));
    QCOMPARE(kept.store.configured()[0].provider, QStringLiteral("https://llm.example.org/v1"));
    QCOMPARE(kept.store.current().provider, QStringLiteral("ollama"));
}

void TestProviderStore::the_offline_planner_takes_over_and_the_others_stay()
{
    Kept kept;
    kept.store.use(facts_of("openai", "gpt-5"));
    kept.store.use({});
    QCOMPARE(kept.store.current(), ca::ProviderFacts());
    QCOMPARE(kept.store.configured().size(), std::size_t(1));
    kept.store.use(facts_of("openai", "gpt-5"));
    kept.store.remove(QStringLiteral("openai"), QStringLiteral("gpt-5"));
    QCOMPARE(kept.store.current(), ca::ProviderFacts());
    QVERIFY(kept.store.configured().empty());
}

void TestProviderStore::prices_of_the_person_come_before_the_published_ones()
{
    Kept kept;
    kept.store.use(priced("openai", "gpt-5", 1, 8)); // published: 1.25 and 10
    QCOMPARE(kept.store.price_of(facts_of("openai", "gpt-5"))->input, 1.0);
    QCOMPARE(kept.store.own_prices().size(), std::size_t(1));
    QCOMPARE(kept.store.facts(QStringLiteral("openai"), QStringLiteral("gpt-5")).price_out, std::optional(8.0));
    ca::Usage usage;
    usage.input = 1'000'000;
    usage.output = 500'000;
    QCOMPARE(ca::cost(usage, *kept.store.price_of(facts_of("openai", "gpt-5"))), 1.0 + 0.5 * 8);
    kept.store.use(facts_of("openai", "gpt-5")); // taken back
    QCOMPARE(kept.store.price_of(facts_of("openai", "gpt-5"))->input, 1.25);
}

void TestProviderStore::a_published_price_is_not_kept_as_the_persons()
{
    Kept kept;
    kept.store.use(priced("openai", "gpt-5-2025-08-07", 1.25, 10));
    QVERIFY(kept.store.own_prices().empty());
}

void TestProviderStore::an_unknown_price_stays_unknown()
{
    Kept kept;
    kept.store.use(facts_of("https://llm.example.org/v1", "home-made"));
    QVERIFY(!kept.store.price_of(kept.store.current()));
    QVERIFY(!kept.store.current().price_in);
    kept.store.set_own_prices({{"home-made", 0.035, 0.07, 0.01, {}}});
    const auto price = kept.store.price_of(kept.store.current());
    QCOMPARE(price, std::optional(ca::Price{"home-made", 0.035, 0.07, 0.01, {}}));
    QCOMPARE(kept.store.own_prices(), std::vector<ca::Price>{*price});
}

void TestProviderStore::nothing_on_this_machine_costs_anything()
{
    Kept kept;
    kept.store.use(facts_of("ollama", "gpt-5"));
    QCOMPARE(kept.store.price_of(kept.store.current()), std::optional(ca::Price{"gpt-5", 0, 0, {}, {}}));
    QCOMPARE(kept.store.facts(QStringLiteral("ollama"), QStringLiteral("new")).first_seconds, 300); // it may have to be loaded
}

void TestProviderStore::a_context_that_was_learned_is_kept()
{
    Kept kept;
    kept.store.use(facts_of("ollama", "llama3"));
    kept.store.learn_context(QStringLiteral("ollama"), QStringLiteral("llama3"), 8192);
    QCOMPARE(kept.store.current().context, 8192);
    kept.store.learn_context(QStringLiteral("ollama"), QStringLiteral("llama3"), 0);
    kept.store.learn_context(QStringLiteral("ollama"), QStringLiteral("other"), 4096);
    QCOMPARE(kept.store.current().context, 8192);
    QCOMPARE(kept.store.configured().size(), std::size_t(1));
}

void TestProviderStore::names_are_sent_only_where_the_person_says_so()
{
    Kept kept;
    QVERIFY(!kept.store.facts(QStringLiteral("openai"), QStringLiteral("gpt-5")).names);
    ca::ProviderFacts facts = facts_of("openai", "gpt-5");
    facts.names = true;
    kept.store.use(facts);
    QVERIFY(kept.store.facts(QStringLiteral("openai"), QStringLiteral("gpt-5-mini")).names); // one switch for the provider
    QVERIFY(!kept.store.facts(QStringLiteral("anthropic"), QStringLiteral("claude-haiku-4-5")).names);
    kept.store.use(facts_of("openai", "gpt-5-mini"));
    QVERIFY(!kept.store.facts(QStringLiteral("openai"), QStringLiteral("gpt-5")).names);
}

void TestProviderStore::agreement_is_to_what_was_shown()
{
    Kept kept;
    ca::ProviderFacts facts = facts_of("openai", "gpt-5");
    QVERIFY(!kept.store.is_agreed(facts));
    QVERIFY(kept.store.is_agreed({}));
    QVERIFY(kept.store.is_agreed(facts_of("ollama", "llama3"))); // nothing leaves
    kept.store.agree(facts);
    QVERIFY(kept.store.is_agreed(facts));
    QVERIFY(!kept.store.is_agreed(facts_of("anthropic", "claude-haiku-4-5")));
    facts.names = true;
    QVERIFY(!kept.store.is_agreed(facts)); // more leaves than was shown
    kept.store.agree(facts);
    facts.names = false;
    QVERIFY(kept.store.is_agreed(facts));
}

void TestProviderStore::a_file_that_makes_no_sense_is_as_none()
{
    Kept kept;
    for (const char *text : {"", "{", "[1,null,{}]", R"([{"provider":"http://10.0.0.1/v1","model":"m"}])",
                             R"([{"provider":"offline","model":"m"}])", R"([{"provider":"openai"}])"}) {
        kept.settings.set(ca::Setting::chat_providers, QString::fromLatin1(text));
        QVERIFY2(kept.store.configured().empty(), text);
    }
    kept.settings.set(ca::Setting::chat_current, QStringList{QStringLiteral("openai"), QStringLiteral("gpt-5")});
    QCOMPARE(kept.store.current(), ca::ProviderFacts());
    kept.settings.set(ca::Setting::chat_prices, QStringLiteral(R"({"gpt-5":{"input":-1}})"));
    QCOMPARE(kept.store.prices().find("gpt-5")->input, 1.25);
}

QTEST_GUILESS_MAIN(TestProviderStore)
#include "test_provider_store.moc"
