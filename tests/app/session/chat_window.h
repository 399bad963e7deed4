// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/app/session/opened_window.h"
#include "tests/support/scripted_nets_torch.h"
#include "ui/chat/chat_input.h"
#include "ui/chat/chat_pane.h"
#include "ui/chat/enter_edit.h"

#include <algorithm>

constexpr int kAnswerMilliseconds = 400'000;

/// The real window, in which one talks to the advisor of a study of a net that nobody trained.
struct ChatWindow : OpenedWindow {
    QString net = QString::fromStdString(write_scripted_net(folder.path().toStdString(), "cnn").string());
    std::shared_ptr<const ca::Study> last; ///< the newest that the session told

    explicit ChatWindow(std::vector<ca::Provider> providers = {}, std::function<std::unique_ptr<ca::Keychain>()> keychain = {})
        : OpenedWindow(std::move(providers), std::move(keychain))
    {
        QObject::connect(&session, &ca::Session::study_changed, &window, [this](const auto &study) { last = study; });
        QObject::connect(&session, &ca::Session::study_finished, &window, [this](const ca::StudyEnd &end) { last = end.study; });
    }
    [[nodiscard]] ca::ChatPane &pane() const { return window.chat(); }
    bool open_net()
    {
        controller.model().open_file(net);
        return QTest::qWaitFor([this] { return run().isEnabled(); }, kOpenMilliseconds);
    }
    /// As a person does.
    void type(const QString &text) const
    {
        pane().input()->edit()->setFocus();
        QTest::keyClicks(pane().input()->edit(), text);
        QTest::keyClick(pane().input()->edit(), Qt::Key_Return);
    }
    bool wait_for_rest()
    {
        const auto *stop = child<QPushButton>("chat_stop"); // stands there while an answer is waited for
        return QTest::qWaitFor([&] { return !session.is_running() && stop->isHidden(); }, kAnswerMilliseconds);
    }
    bool ask(const QString &text)
    {
        type(text);
        return wait_for_rest();
    }
    [[nodiscard]] std::size_t done() const
    {
        return !last
            ? 0
            : static_cast<std::size_t>(std::count_if(last->trials.begin(), last->trials.end(),
                                                     [](const ca::Trial &trial) { return trial.state == ca::TrialState::done; }));
    }
    bool wait_for_done(std::size_t count)
    {
        return QTest::qWaitFor([&] { return done() >= count || !session.is_running(); }, kAnswerMilliseconds) && done() >= count;
    }

    template <typename Entry>
    [[nodiscard]] std::vector<Entry> all() const
    {
        std::vector<Entry> found;
        for (const ca::ChatEntry &entry : pane().entries())
            if (const auto *one = std::get_if<Entry>(&entry))
                found.push_back(*one);
        return found;
    }
    /// What was said, in its order: "You: …", "Advisor: …".
    [[nodiscard]] QStringList said() const
    {
        QStringList texts;
        for (const auto &one : all<ca::ChatSaid>())
            texts << (one.role == ca::ChatRole::user ? QStringLiteral("You: ") : QStringLiteral("Advisor: ")) + text_of(one.text);
        return texts;
    }
    [[nodiscard]] QByteArray told() const { return (said().join(u'\n') + strip().stage() + strip().note()).toUtf8(); }
    [[nodiscard]] std::filesystem::path study_folder() const
    {
        const auto studies = std::filesystem::path(folder.path().toStdString()) / "studies";
        return std::filesystem::directory_iterator(studies)->path();
    }
};
