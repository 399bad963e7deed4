// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/export_format.h"
#include "app/session/open_model.h"
#include "app/session/quantize_model.h"
#include "app/session/worker.h"
#include "core/agent/agent_session.h"
#include "core/data/dataset.h"
#include "core/model/model.h"
#include "core/scan/scan.h"
#include "core/study/study.h"
#include "ui/facts.h"

#include <QObject>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

namespace ca {

class AgentRelay;
class PauseGate;

/// What a study begins or goes on with.
struct StudyTalk {
    AgentMessage first;
    std::vector<ChatMessage> history{}; ///< of what was said of it before
    Unfinished unfinished = Unfinished::carry_out;
};

/// How a study ended, or what a message came to; in the latter case it stays open for more.
struct StudyEnd {
    std::shared_ptr<const Study> study;
    bool stopped = false;           ///< on request; what was finished is in `study`
    bool only_talk = false;         ///< nothing was to be carried out
    std::optional<Error> not_saved; ///< tables and charts beside study.json that could not be written
};

/// Everything that takes long, on one thread of its own. Lives on the interface's thread: its functions return at once, its
/// signals are emitted there, and what a later request made stale is dropped. Deleting it stops the work and waits for it to see
/// the stop.
class Session final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Session)
public:
    /// `program`: for `first_load_by` (core/model/first_load.h).
    explicit Session(std::filesystem::path program = {}, QObject *parent = nullptr);
    ~Session() override;

    [[nodiscard]] const std::shared_ptr<const Model> &model() const { return model_; } ///< null while none is open
    [[nodiscard]] const std::shared_ptr<const DataSet> &data() const { return data_; } ///< likewise
    [[nodiscard]] bool has_model() const { return model_ != nullptr; }
    [[nodiscard]] bool has_data() const { return data_ != nullptr; }
    [[nodiscard]] bool can_be_measured() const { return has_data() && has_model() && model_->has_network(); }
    [[nodiscard]] bool is_running() const { return studying_; }      ///< a study, or an answer about one, until it has ended
    [[nodiscard]] bool is_open() const { return inbox_ != nullptr; } ///< a study, for messages
    [[nodiscard]] AgentRelay &agent() const { return *agent_; }

public Q_SLOTS:
    /// Inspects, loads and describes a model; a later call makes an earlier one stale. Nothing while a study runs.
    void open_model(const ca::ModelRequest &request);
    /// Opens a folder of images; as above. Open data first: their size is tried first as a model's input, and their classes are
    /// what a CLIP model is asked.
    void open_data(const QString &folder, quint64 seed);
    /// Scans the open model's sensitivity: with divergence where data is open and the model can be run, which replaces `images`.
    /// A model, data or a study that is asked for meanwhile ends it without an answer. Without a model: `scan_failed`.
    void start_scan(const ca::ScanOptions &options);
    /// Needs a model and data, else answers with `study_failed`. What the first message asks for is carried out, then the study
    /// stays open for more of them until something else is asked of the session.
    void start_study(const ca::StudyOptions &options, const ca::StudyTalk &talk);
    /// To the study that is open: heard by the advisor while it works, else answered. False: none is.
    bool say(const ca::AgentMessage &message);
    void set_consent_mode(ca::ConsentMode mode);
    /// Ends what the advisor does now; the study stays open. While it is still being opened, it ends.
    void stop_answer();
    /// Takes no more messages and answers with `study_closed`, where one is open that does not run.
    void close_study();
    /// The study that runs waits before its next trial, and says `study_paused` when it does, until it is resumed or stopped.
    void pause();
    void resume();
    /// What quantizing the open model so will take; a later call makes an earlier one stale.
    void expect_costs(const ca::QuantizeChoice &choice);
    /// Quantizes the open model, and measures it on the open data where it is asked to. While a study runs, and without
    /// a model: `quantization_failed`.
    void start_quantization(const ca::QuantizeRequest &request);
    /// Writes what was made; not over what it was made from or the open data, and not while a study runs, which is
    /// `quantization_failed`.
    void export_quantization(const std::shared_ptr<const ca::Quantization> &made, ca::ExportFormat format, const QString &file);
    /// Asks all work to stop. Each job still answers: a study with what it finished, others with a failure `cancelled`.
    void cancel();

Q_SIGNALS:
    void model_opened(const ca::ModelFacts &model);
    void model_failed(const ca::Error &error);
    /// Its code does more than compute, and nobody has said to trust it. Nothing of it has run.
    void model_refused(const ca::Error &error, const std::vector<ca::FindingFacts> &findings);
    void data_opened(const ca::DataFacts &data);
    void data_failed(const ca::Error &error);
    void progress(const ca::ProgressReport &report);
    void scan_changed(const std::shared_ptr<const ca::SensitivityTable> &so_far);
    void scan_finished(const std::shared_ptr<const ca::SensitivityTable> &table);
    void scan_failed(const ca::Error &error);
    void costs_expected(const ca::ExpectedCosts &costs);
    void quantize_progress(const ca::ProgressReport &report);
    void quantized(const std::shared_ptr<const ca::Quantization> &made);
    void exported(const QString &file, const ca::Bytes &size);
    void quantization_failed(const ca::Error &error); ///< also an export
    void study_changed(const std::shared_ptr<const ca::Study> &study);
    void study_paused();
    void answer_begun(); ///< of a message to a study that was open
    void answered(const ca::Answered &answered);
    void study_closed(); ///< one that was open does not use its folder any more
    void study_finished(const ca::StudyEnd &end);
    void study_failed(const ca::Error &error);

private:
    /// What a kind of work last asked for: answers of earlier runs are dropped.
    struct Run {
        std::uint64_t id = 0;
        std::stop_source stop{std::nostopstate};
    };

    /// What is known of the data that was opened last; the worker's alone.
    struct KnownData {
        std::pair<std::int64_t, std::int64_t> image_size{}; ///< height and width
        std::vector<std::string> classes;
    };

    /// Makes the earlier run of this kind stale and stops it; returns the new one's number.
    std::uint64_t begin(Run Session::*kind);
    /// From the worker: calls `deliver` on the interface's thread, unless the run has become stale or the session is gone.
    void answer(Run Session::*kind, std::uint64_t id, std::function<void()> deliver);
    /// Reports of a run, delivered likewise.
    [[nodiscard]] Progress reporter(Run Session::*kind, std::uint64_t id);
    void end_opening(ModelOpening &opening);
    void tell_paused();
    [[nodiscard]] StudyOptions pausable(StudyOptions options, std::uint64_t id);
    [[nodiscard]] AgentTalk talk(const StudyOptions &options, const StudyTalk &given, std::uint64_t id,
                                 std::uint64_t conversation);
    void take_answer(const StudyEnd &end, const Answered &answered);
    void end_study(const Result<StudyEnd> &end);
    /// Before other work is given to the worker, which a study that waits for messages keeps.
    void free_worker();

    Run model_run_, data_run_, scan_run_, study_run_, expect_run_, quantize_run_;
    std::shared_ptr<const Model> model_;
    std::shared_ptr<const DataSet> data_;
    std::shared_ptr<KnownData> known_data_ = std::make_shared<KnownData>();
    bool studying_ = false;
    std::shared_ptr<PauseGate> gate_;   ///< of the study that runs, or ran last
    std::shared_ptr<AgentInbox> inbox_; ///< of the study that is open; null: none is
    AgentRelay *agent_;
    std::filesystem::path program_;
    std::unique_ptr<Worker> worker_;
};

} // namespace ca
