// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/resumption.h"

#include <QtTest>

class TestResumption final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void goes_on_with_what_it_was_begun_with();
    void what_a_store_does_not_say_is_as_in_a_new_study();
    void knows_when_a_study_is_unfinished();
    void says_what_has_to_be_opened();
};

namespace {

ca::StudyFacts some_study_facts()
{
    ca::StudyFacts facts;
    facts.name = "resnet18-cifar10";
    facts.seed = 7;
    facts.options = {{"asked", {{"samples", 500}, {"head", "agreement"}, {"preprocess", "imagenet"}, {"latency", false}}},
                     {"source", {{"model", "/models/resnet18.pt"}, {"data", "cifar10"}, {"trials", 40}, {"minutes", 90}}}};
    return facts;
}

ca::Study study_with(std::initializer_list<ca::TrialState> states)
{
    ca::Study study;
    study.model_name = "resnet18";
    study.data_name = "cifar10";
    for (const ca::TrialState state : states) {
        study.trials.emplace_back();
        study.trials.back().state = state;
    }
    return study;
}

} // namespace

void TestResumption::goes_on_with_what_it_was_begun_with()
{
    ca::Study study;
    study.constraints.max_drop = 0.5;
    const ca::StudyOptions options = ca::resuming_options("/studies/one", some_study_facts(), study);
    QVERIFY(options.resume);
    QCOMPARE(options.folder, std::filesystem::path("/studies/one"));
    QCOMPARE(options.name, std::string("resnet18-cifar10"));
    QCOMPARE(options.seed, std::uint64_t(7));
    QCOMPARE(options.samples, std::size_t(500));
    QCOMPARE(options.head, std::string("agreement"));
    QCOMPARE(options.preprocess, std::string("imagenet"));
    QVERIFY(!options.latency);
    QCOMPARE(options.max_trials, std::size_t(40));
    QCOMPARE(options.minutes, 90.0);
    QCOMPARE(options.constraints.max_drop, std::optional(0.5));
    QCOMPARE(options.source["data"].get<std::string>(), std::string("cifar10"));
}

void TestResumption::what_a_store_does_not_say_is_as_in_a_new_study()
{
    const ca::StudyOptions usual;
    for (const ca::Json &strange :
         {ca::Json(), ca::Json("text"), ca::Json::array({1}), ca::Json{{"asked", 3}, {"source", nullptr}},
          ca::Json{{"asked", {{"samples", -5}, {"head", 4}, {"latency", "no"}}},
                   {"source", {{"trials", "9"}, {"minutes", true}}}}}) {
        ca::StudyFacts facts;
        facts.options = strange;
        const ca::StudyOptions options = ca::resuming_options("/studies/one", facts, {});
        QCOMPARE(options.samples, usual.samples);
        QCOMPARE(options.head, usual.head);
        QCOMPARE(options.latency, usual.latency);
        QCOMPARE(options.max_trials, usual.max_trials);
        QCOMPARE(options.minutes, usual.minutes);
    }
}

void TestResumption::knows_when_a_study_is_unfinished()
{
    using State = ca::TrialState;
    QVERIFY(ca::is_unfinished(study_with({}), 24));
    QVERIFY(ca::is_unfinished(study_with({State::done, State::interrupted}), 2));
    QVERIFY(ca::is_unfinished(study_with({State::done, State::cancelled}), 2));
    QVERIFY(ca::is_unfinished(study_with({State::done, State::queued}), 2));
    QVERIFY(!ca::is_unfinished(study_with({State::done, State::failed}), 2));
    ca::Study study = study_with({State::done, State::done});
    QVERIFY(ca::is_unfinished(study, 3)); // there is room
    study.why_over = "Nothing is expected to gain more than noise.";
    QVERIFY(!ca::is_unfinished(study, 3));
    study.splits = {{"holdout", {100, "h"}}};
    study.trials[1].on_front = true;
    QVERIFY(ca::is_unfinished(study, 3)); // and was not measured on holdout
    study.trials[1].holdout.emplace();
    QVERIFY(!ca::is_unfinished(study, 3));
    study.trials.push_back({});
    QVERIFY(ca::is_unfinished(study, 3)); // one waits all the same
}

void TestResumption::says_what_has_to_be_opened()
{
    const ca::Study study = study_with({});
    const ca::Json source = some_study_facts().options["source"];
    QCOMPARE(ca::missing_for(study, source, true, true), std::string());
    QCOMPARE(ca::missing_for(study, source, false, true),
             std::string("To go on with this study, open the model resnet18 (/models/resnet18.pt)."));
    QCOMPARE(ca::missing_for(study, source, true, false), std::string("To go on with this study, choose the data cifar10."));
    QCOMPARE(ca::missing_for(study, ca::Json(), false, false),
             std::string("To go on with this study, open the model resnet18 and choose the data cifar10."));
}

QTEST_APPLESS_MAIN(TestResumption)
#include "test_resumption.moc"
