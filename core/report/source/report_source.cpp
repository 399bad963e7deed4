// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/source/report_source.h"

#include "core/study/load_study.h"

namespace ca {
namespace {

/// The result's value into `into`.
template <typename T>
Status take(Result<T> result, T &into)
{
    if (!result)
        return forward(result);
    into = std::move(*result);
    return {};
}

Status read_documents(const StudyStore &store, ReportSource &source)
{
    if (const auto read = take(store.scan("sensitivity"), source.sensitivity); !read)
        return read;
    std::optional<Json> examples, machines;
    if (const auto read = take(store.scan(kExamplesTable), examples); !read)
        return read;
    if (const auto read = take(store.scan("machine"), machines); !read)
        return read;
    if (machines && machines->is_array())
        source.machines.assign(machines->begin(), machines->end());
    if (!examples)
        return {};
    const auto set = example_set_from_json(*examples);
    if (!set)
        return forward(set);
    source.examples = *set;
    return {};
}

} // namespace

Result<ReportSource> read_report_source(const StudyStore &store)
{
    ReportSource source;
    source.folder = store.folder();
    const auto read = store.snapshot([&]() -> Status {
        if (const auto done = take(load_study(store), source.study); !done)
            return done;
        if (const auto done = take(store.facts(), source.facts); !done)
            return done;
        if (const auto done = take(store.transcript(), source.transcript); !done)
            return done;
        if (const auto done = take(store.artefacts(), source.artefacts); !done)
            return done;
        return read_documents(store, source);
    });
    return read ? Result<ReportSource>(std::move(source)) : forward(read);
}

} // namespace ca
