// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/weight_file.h"

#include "core/files/file_kind.h"
#include "core/files/torch_archive.h"
#include "core/files/weight_source.h"

#include <map>
#include <new>
#include <string>
#include <utility>

namespace ca {
namespace {

namespace fs = std::filesystem;

OpenWeights open_source(const fs::path &path)
{
    if (is_model_folder(path)) {
        const auto folder = open_model_folder(path);
        return folder ? open_folder_source(*folder) : OpenWeights(forward(folder));
    }
    const auto guess = guess_file(path);
    if (!guess)
        return forward(guess);
    if (guess->kind == FileKind::safetensors)
        return open_safetensors_source(path);
    if (guess->kind != FileKind::zip)
        return open_state_dict_source(path);
    auto archive = open_torch_archive(path);
    if (!archive)
        return forward(archive);
    return archive->has_code ? open_torchscript_source(std::move(*archive)) : open_state_dict_source(path);
}

} // namespace

class WeightFile::Source {
public:
    explicit Source(std::shared_ptr<const WeightSource> weights) : weights_(std::move(weights))
    {
        for (const FoundTensor &found : weights_->found) {
            tensors_.push_back(found.tensor);
            tensors_.back().is_buffer = found.tensor.is_buffer || looks_like_buffer(found.tensor);
        }
    }

    /// Errors: `bad_format` where a name is twice.
    Status list_names()
    {
        for (std::size_t i = 0; i < tensors_.size(); ++i)
            if (!by_name_.emplace(tensors_[i].name, i).second)
                return fail(ErrorCode::bad_format,
                            "Two of its tensors are named \"" + tensors_[i].name.substr(0, 200) + "\". Save it again.");
        return {};
    }

    [[nodiscard]] const std::vector<FileTensor> &tensors() const { return tensors_; }
    [[nodiscard]] const WeightSource &weights() const { return *weights_; }
    [[nodiscard]] std::optional<std::size_t> find(std::string_view name) const
    {
        const auto found = by_name_.find(name);
        return found == by_name_.end() ? std::nullopt : std::optional(found->second);
    }

private:
    std::shared_ptr<const WeightSource> weights_;
    std::vector<FileTensor> tensors_;
    std::map<std::string, std::size_t, std::less<>> by_name_;
};

Result<WeightFile> WeightFile::open(const fs::path &file_or_folder)
{
    auto weights = open_source(file_or_folder);
    if (!weights)
        return tl::unexpected(about_file(file_or_folder, weights.error()));
    const auto source = std::make_shared<Source>(std::move(*weights));
    if (const auto listed = source->list_names(); !listed)
        return tl::unexpected(about_file(file_or_folder, listed.error()));
    WeightFile opened;
    opened.source_ = source;
    return opened;
}

const std::vector<FileTensor> &WeightFile::tensors() const
{
    return source_->tensors();
}

std::optional<std::size_t> WeightFile::find(std::string_view name) const
{
    return source_->find(name);
}

Result<std::vector<std::byte>> WeightFile::read(std::size_t index) const
{
    try {
        return source_->weights().read(index);
    } catch (const std::bad_alloc &) {
        const FileTensor &tensor = tensors()[index];
        return fail(ErrorCode::out_of_memory,
                    "There is not enough memory for the tensor \"" + tensor.name.substr(0, 200) + "\" of " + to_text(tensor.size)
                        + ". Close other programs, or use a smaller model.");
    }
}

} // namespace ca
