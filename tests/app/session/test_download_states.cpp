// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/data_folder.h"
#include "app/session/download_states.h"
#include "app/session/model_rows.h"
#include "core/model/zoo.h"

#include <QTemporaryDir>
#include <QtTest>

#include <fstream>

class TestDownloadStates final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();
    void knows_what_is_here();
    void a_model_that_needs_more_memory_is_impossible();
    void goes_from_absent_by_arriving_to_ready();
    void says_how_far_it_is();
    void a_failure_is_said_and_can_be_tried_again();
    void cancelled_is_absent_again();
    void late_news_change_nothing();
    void the_question_names_size_and_place();
    void rows_have_title_parameters_sizes_and_memory();

private:
    std::unique_ptr<QTemporaryDir> data_;
};

namespace {

using State = ca::Availability::State;

const QString kKey = QStringLiteral("resnet18");

} // namespace

void TestDownloadStates::init()
{
    data_ = std::make_unique<QTemporaryDir>();
    qputenv("COMPRESSION_AGENT_DATA", data_->path().toUtf8());
}

void TestDownloadStates::cleanup()
{
    qunsetenv("COMPRESSION_AGENT_DATA");
}

void TestDownloadStates::knows_what_is_here()
{
    const auto &weights = ca::find_in_zoo("resnet18")->files.front();
    const auto place = ca::model_place(data_->path().toStdString(), "resnet18");
    std::filesystem::create_directories(place);
    std::ofstream(place / weights.name) << "x";
    QCOMPARE(ca::DownloadStates({}).at(kKey).state, State::absent); // another size than the published one
    std::filesystem::resize_file(place / weights.name, static_cast<std::uintmax_t>(weights.bytes));
    const ca::DownloadStates states({});
    QCOMPARE(states.at(kKey).state, State::ready);
    QCOMPARE(states.at(QStringLiteral("vit_b_16")).state, State::absent);
    QCOMPARE(states.at(QStringLiteral("cifar10")).state, State::absent);
}

void TestDownloadStates::a_model_that_needs_more_memory_is_impossible()
{
    const ca::DownloadStates states(ca::bytes(1'000'000'000)); // ResNet-18 takes some hundred MB, CLIP ViT-L/14 more than 3 GB
    QCOMPARE(states.at(kKey).state, State::absent);
    const ca::Availability &large = states.at(QStringLiteral("clip-vit-l"));
    QCOMPARE(large.state, State::impossible);
    QVERIFY2(large.words.contains(QStringLiteral("this machine has 1.00 GB")), qPrintable(large.words));
}

void TestDownloadStates::goes_from_absent_by_arriving_to_ready()
{
    ca::DownloadStates states({});
    QSignalSpy wanted(&states, &ca::DownloadStates::wanted);
    QSignalSpy arrived(&states, &ca::DownloadStates::arrived);
    states.start(kKey);
    states.start(kKey); // it is on its way
    QCOMPARE(wanted.count(), 1);
    QCOMPARE(states.at(kKey).state, State::arriving);
    states.take_success(kKey);
    QCOMPARE(states.at(kKey).state, State::ready);
    QCOMPARE(arrived.count(), 1);
    states.start(kKey);
    QCOMPARE(wanted.count(), 1);
}

void TestDownloadStates::says_how_far_it_is()
{
    ca::DownloadStates states({});
    states.start(kKey);
    states.take_progress(kKey, {11'700'000, 46'800'000, 2'340'000, false});
    QCOMPARE(states.at(kKey).share, 0.25);
    QCOMPARE(states.at(kKey).words, QStringLiteral("11.7 of 46.8 MB · 2.34 MB/s"));
    states.take_progress(kKey, {11'700'000, 46'800'000, 0, true});
    QCOMPARE(states.at(kKey).words, QStringLiteral("11.7 of 46.8 MB · connecting again"));
    states.take_progress(kKey, {11'700'000, 0, 0, false});
    QCOMPARE(states.at(kKey).words, QStringLiteral("11.7 MB"));
}

void TestDownloadStates::a_failure_is_said_and_can_be_tried_again()
{
    ca::DownloadStates states({});
    QSignalSpy wanted(&states, &ca::DownloadStates::wanted);
    states.start(kKey);
    states.take_failure(kKey, {ca::ErrorCode::unreadable, "There is no connection. Check the network.", nullptr});
    QCOMPARE(states.at(kKey).state, State::failed);
    QCOMPARE(states.at(kKey).words, QStringLiteral("There is no connection. Check the network."));
    states.start(kKey);
    QCOMPARE(wanted.count(), 2);
}

void TestDownloadStates::cancelled_is_absent_again()
{
    ca::DownloadStates states({});
    QSignalSpy unwanted(&states, &ca::DownloadStates::unwanted);
    states.cancel(kKey); // nothing runs
    QCOMPARE(unwanted.count(), 0);
    states.start(kKey);
    states.cancel(kKey);
    QCOMPARE(unwanted.count(), 1);
    QCOMPARE(states.at(kKey).words, QStringLiteral("Stopping…"));
    states.take_failure(kKey, ca::cancelled().value());
    QCOMPARE(states.at(kKey), (ca::Availability{State::absent, 0, {}}));
}

void TestDownloadStates::late_news_change_nothing()
{
    ca::DownloadStates states({});
    states.start(kKey);
    states.take_success(kKey);
    states.take_progress(kKey, {1, 2, 0, false});
    QCOMPARE(states.at(kKey).state, State::ready);
}

void TestDownloadStates::the_question_names_size_and_place()
{
    const QString cost = ca::DownloadStates::cost_of(QStringLiteral("clip-vit-l"));
    QVERIFY2(cost.startsWith(QStringLiteral("1.71 GB come from huggingface.co")), qPrintable(cost));
    QVERIFY(cost.contains(data_->filePath(QStringLiteral("models/clip-vit-l"))));
    QVERIFY(ca::DownloadStates::cost_of(QStringLiteral("cifar10")).startsWith(QStringLiteral("170 MB come from")));
}

void TestDownloadStates::rows_have_title_parameters_sizes_and_memory()
{
    const ca::DownloadStates states({});
    const auto rows = ca::model_rows(states, QStringLiteral("/resources/demo/clip-tiny"));
    QCOMPARE(rows.size(), 6U);
    QCOMPARE(rows[0].name, QStringLiteral("CLIP ViT-L/14"));
    QCOMPARE(rows[0].facts, QStringLiteral("428 M · 1.71 GB · zero-shot"));
    QVERIFY(rows[0].more.contains(QStringLiteral("GB RAM")));
    QVERIFY(rows[0].takes_weights);
    QCOMPARE(rows[3].id, kKey);
    QCOMPARE(rows[3].facts, QStringLiteral("11.7 M · 46.8 MB"));
    QCOMPARE(rows[5].there->state, State::ready);
    QVERIFY(!rows[5].takes_weights);
    QCOMPARE(ca::model_rows(states, {}).size(), 5U);
    QVERIFY(ca::recent_rows({data_->filePath(QStringLiteral("gone.pt"))}).empty());
    QCOMPARE(ca::recent_rows({data_->path()}).front().id, data_->path());
}

QTEST_GUILESS_MAIN(TestDownloadStates)
#include "test_download_states.moc"
