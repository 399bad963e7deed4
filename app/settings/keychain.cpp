// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/settings/keychain.h"

#ifdef CA_KEYCHAIN
#include <QThread>

#include <qt6keychain/keychain.h>
#endif

namespace ca {

#ifdef CA_KEYCHAIN
namespace {

using Kind = KeychainAnswer::Kind;

Kind kind_of(QKeychain::Error error)
{
    switch (error) {
    case QKeychain::NoError:
        return Kind::done;
    case QKeychain::EntryNotFound:
        return Kind::no_entry;
    case QKeychain::AccessDeniedByUser:
    case QKeychain::AccessDenied:
        return Kind::refused;
    case QKeychain::NoBackendAvailable:
    case QKeychain::NotImplemented:
        return Kind::absent;
    default:
        return Kind::failed;
    }
}

KeychainAnswer answer_of(const QKeychain::Job &job)
{
    KeychainAnswer answer;
    answer.kind = kind_of(job.error());
    if (answer.kind != Kind::done)
        answer.reason = job.errorString().toStdString();
    return answer;
}

/// QtKeychain, on a thread of its own: some of its calls wait for the session bus. QtKeychain does one job at a time, all on the
/// thread of the first, so a process has one of these.
class SystemKeychain final : public Keychain {
public:
    SystemKeychain() : thread_(new QThread), jobs_(new QObject)
    {
        jobs_->moveToThread(thread_);
        thread_->start();
    }
    SystemKeychain(const SystemKeychain &) = delete;
    SystemKeychain &operator=(const SystemKeychain &) = delete;
    ~SystemKeychain() override
    {
        constexpr unsigned long kLongestWait = 1000; // ms
        thread_->quit();
        if (!thread_->wait(kLongestWait))
            return; // it hangs in the system: left to the end of the process, which must not wait for it
        delete jobs_;
        delete thread_;
    }

    void read(const std::string &name, Done done) override
    {
        start<QKeychain::ReadPasswordJob>(name, std::move(done), [](QKeychain::ReadPasswordJob &) {});
    }
    void write(const std::string &name, const std::string &key, Done done) override
    {
        start<QKeychain::WritePasswordJob>(name, std::move(done),
                                           [text = QString::fromStdString(key)](auto &job) { job.setTextData(text); });
    }
    void remove(const std::string &name, Done done) override
    {
        start<QKeychain::DeletePasswordJob>(name, std::move(done), [](QKeychain::DeletePasswordJob &) {});
    }

private:
    template <typename Job, typename Prepare>
    void start(const std::string &name, Done done, Prepare prepare)
    {
        const auto begin = [name, done = std::move(done), prepare = std::move(prepare)] {
            auto *job = new Job(QStringLiteral("compression-agent")); // deletes itself once it has finished
            job->setKey(QString::fromStdString(name));
            prepare(*job);
            QObject::connect(job, &QKeychain::Job::finished, job, [job, done] {
                KeychainAnswer answer = answer_of(*job);
                if constexpr (std::is_same_v<Job, QKeychain::ReadPasswordJob>)
                    answer.key = job->textData().toStdString();
                done(std::move(answer));
            });
            job->start();
        };
        QMetaObject::invokeMethod(jobs_, begin, Qt::QueuedConnection);
    }

    QThread *thread_;
    QObject *jobs_; // lives on that thread
};

} // namespace

std::unique_ptr<Keychain> system_keychain()
{
    return std::make_unique<SystemKeychain>();
}

#else

std::unique_ptr<Keychain> system_keychain()
{
    return nullptr;
}

#endif

} // namespace ca
