// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/weight_source.h"

#include "core/base/json.h"
#include "core/files/file_kind.h"
#include "core/files/safetensors.h"
#include "core/files/state_dict.h"
#include "core/files/torchscript_tensors.h"

#include <map>
#include <mutex>
#include <set>
#include <tuple>
#include <utility>

namespace ca {
namespace {

namespace fs = std::filesystem;

/// PyTorch's name of a type.
std::string torch_name(SafeDtype dtype)
{
    switch (dtype) {
    case SafeDtype::boolean:
        return "bool";
    case SafeDtype::bf16:
        return "bfloat16";
    default:
        break;
    }
    const std::string text = to_text(dtype); // F32, I8, U16
    const std::string kind = text[0] == 'F' ? "float" : text[0] == 'I' ? "int" : "uint";
    return kind + text.substr(1);
}

class SafetensorsSource final : public WeightSource {
public:
    SafetensorsSource(fs::path file, SafeHeader header) : file_(std::move(file)), header_(std::move(header))
    {
        for (const SafeTensor &tensor : header_.tensors) {
            FoundTensor one;
            one.tensor = {clean_text(tensor.name), tensor.shape, torch_name(tensor.dtype),
                          bytes(static_cast<std::int64_t>(tensor.end - tensor.begin)), false};
            found.push_back(std::move(one));
        }
    }

    Result<std::vector<std::byte>> read(std::size_t index) const override
    {
        return read_tensor(file_, header_, header_.tensors[index]);
    }

private:
    fs::path file_;
    SafeHeader header_;
};

class StateDictSource final : public WeightSource {
public:
    explicit StateDictSource(StateDictFile file) : file_(std::move(file))
    {
        format = FileFormat::state_dict;
        unknown_globals = file_.unknown_globals();
        std::set<std::tuple<std::string, std::int64_t, std::vector<std::int64_t>, std::vector<std::int64_t>>> views;
        for (const StateDictTensor &tensor : file_.tensors()) {
            const PickledTensor &view = tensor.view;
            FoundTensor one;
            one.tensor = {clean_text(tensor.name), view.shape, view.dtype,
                          bytes(view.elements * static_cast<std::int64_t>(view.element_bytes)), false};
            one.repeated = !views.emplace(view.storage, view.offset, view.shape, view.strides).second && view.elements > 0;
            found.push_back(std::move(one));
        }
    }

    Result<std::vector<std::byte>> read(std::size_t index) const override
    {
        const std::lock_guard lock(reading_);
        return file_.read(file_.tensors()[index]);
    }

private:
    StateDictFile file_;
    mutable std::mutex reading_;
};

class TorchScriptSource final : public WeightSource {
public:
    TorchScriptSource(TorchArchive archive, std::vector<ScriptTensor> tensors)
        : archive_(std::move(archive)), tensors_(std::move(tensors))
    {
        format = FileFormat::torchscript;
        for (ScriptTensor &tensor : tensors_)
            found.push_back(std::move(tensor.found));
    }

    Result<std::vector<std::byte>> read(std::size_t index) const override
    {
        const std::lock_guard lock(reading_);
        return archive_.read(tensors_[index].view, tensors_[index].folder, last_);
    }

private:
    TorchArchive archive_;
    std::vector<ScriptTensor> tensors_;
    mutable std::mutex reading_;
    mutable LastStorage last_;
};

class FolderSource final : public WeightSource {
public:
    FolderSource() { format = FileFormat::huggingface; }

    Result<std::vector<std::byte>> read(std::size_t index) const override
    {
        const auto &[shard, place] = places_[index];
        return shards_[shard]->read(place);
    }

    /// Takes the next shard.
    Status add(std::shared_ptr<const WeightSource> shard, const fs::path &file)
    {
        for (std::size_t i = 0; i < shard->found.size(); ++i) {
            const FoundTensor &tensor = shard->found[i];
            if (!shard_of_.emplace(tensor.tensor.name, shards_.size()).second)
                return fail(ErrorCode::bad_format,
                            "The file " + file.string() + " holds the tensor \"" + tensor.tensor.name.substr(0, 200)
                                + "\", which there is already. Download the model again.");
            found.push_back(tensor);
            places_.emplace_back(shards_.size(), i);
        }
        unknown_globals.insert(unknown_globals.end(), shard->unknown_globals.begin(), shard->unknown_globals.end());
        shards_.push_back(std::move(shard));
        return {};
    }

    [[nodiscard]] bool holds(const std::string &name, std::size_t shard) const
    {
        const auto place = shard_of_.find(clean_text(name));
        return place != shard_of_.end() && place->second == shard;
    }

private:
    std::vector<std::shared_ptr<const WeightSource>> shards_;
    std::vector<std::pair<std::size_t, std::size_t>> places_; ///< shard, and number in it
    std::map<std::string, std::size_t, std::less<>> shard_of_;
};

} // namespace

OpenWeights open_safetensors_source(const fs::path &file)
{
    auto header = read_safetensors_header(file);
    if (!header)
        return forward(header);
    return std::make_shared<const SafetensorsSource>(file, std::move(*header));
}

OpenWeights open_state_dict_source(const fs::path &file)
{
    auto opened = StateDictFile::open(file);
    if (!opened)
        return forward(opened);
    return std::make_shared<const StateDictSource>(std::move(*opened));
}

OpenWeights open_torchscript_source(TorchArchive archive)
{
    const auto pickles = read_script_pickles(archive);
    if (!pickles)
        return forward(pickles);
    auto tensors = script_tensors(archive, *pickles, {});
    if (!tensors)
        return forward(tensors);
    return std::make_shared<const TorchScriptSource>(std::move(archive), std::move(*tensors));
}

OpenWeights open_folder_source(const ModelFolder &folder)
{
    auto source = std::make_shared<FolderSource>();
    for (const fs::path &file : folder.weights) {
        const auto guess = guess_file(file);
        if (!guess)
            return forward(guess);
        auto shard = guess->kind == FileKind::safetensors ? open_safetensors_source(file) : open_state_dict_source(file);
        if (!shard)
            return tl::unexpected(about_file(file, shard.error()));
        if (auto added = source->add(std::move(*shard), file); !added)
            return forward(added);
    }
    for (const auto &[tensor, shard] : folder.shards)
        if (!source->holds(tensor, shard))
            return fail(ErrorCode::bad_format,
                        "The file " + folder.weights[shard].string() + " lacks the tensor \"" + clean_text(tensor.substr(0, 200))
                            + "\", which the index says is in it. Download the model again.");
    return source;
}

} // namespace ca
