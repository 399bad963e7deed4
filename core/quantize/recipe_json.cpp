// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/sha256.h"
#include "core/quantize/recipe.h"

#include <set>

namespace ca {
namespace {

constexpr int kVersion = 1;

tl::unexpected<Error> bad_scheme(const std::string &layer, const std::string &what)
{
    return fail(ErrorCode::usage, "The recipe's entry for the layer " + layer + " " + what + ".");
}

tl::unexpected<Error> bad_option(const std::string &key, const std::string &allowed)
{
    return fail(ErrorCode::usage, "The recipe's option \"" + clean_text(key) + "\" takes " + allowed + ".");
}

std::string text_of(const Json &json, const char *key, const char *absent)
{
    if (!json.contains(key))
        return absent;
    return json[key].is_string() ? json[key].get<std::string>() : json[key].dump(); // which is none of the words
}

Status check_keys(const std::string &layer, const Json &json)
{
    static const std::set<std::string> kKeys{"format", "activation", "rounding", "group", "symmetric"};
    for (const auto &[key, value] : json.items())
        if (!kKeys.contains(key))
            return bad_scheme(layer,
                              "has the unknown key \"" + clean_text(key)
                                  + "\"; known are format, activation, rounding, group and symmetric");
    return {};
}

/// Rounding, groups and symmetry, which only integers have.
Status read_integers(const std::string &layer, const Json &json, Scheme &scheme)
{
    const auto rounding = rounding_from(text_of(json, "rounding", bits_of(scheme.format).value == 8 ? "mse" : "gptq"));
    if (!rounding)
        return bad_scheme(layer, "has a rounding other than nearest, mse, gptq and adaround");
    scheme.rounding = *rounding;
    const Json group = json.value("group", Json("channel"));
    if (group.is_number_integer() && (group == 32 || group == 64 || group == 128))
        scheme.group = group.get<int>();
    else if (group != "channel")
        return bad_scheme(layer, "has a group other than 32, 64, 128 and \"channel\"");
    const Json symmetric = json.value("symmetric", Json(bits_of(scheme.format).value > 4));
    if (!symmetric.is_boolean())
        return bad_scheme(layer, "has a value of \"symmetric\" that is neither true nor false");
    scheme.symmetric = symmetric.get<bool>();
    return {};
}

Result<Scheme> scheme_from_json(const std::string &layer, const Json &json)
{
    if (!json.is_object())
        return bad_scheme(layer, "is no object");
    if (const auto known = check_keys(layer, json); !known)
        return forward(known);
    Scheme scheme;
    const auto format = format_from(text_of(json, "format", ""));
    if (!format)
        return bad_scheme(layer, "needs a format out of " + format_list());
    scheme.format = *format;
    const auto activation = activation_from(text_of(json, "activation", "none"));
    if (!activation)
        return bad_scheme(layer, "has an activation other than none, dynamic and static");
    scheme.activation = *activation;
    scheme.rounding = Rounding::nearest;
    if (is_integer(*format))
        if (const auto read = read_integers(layer, json, scheme); !read)
            return forward(read);
    return scheme;
}

Status read_strengths(const Json &json, RecipeOptions &into)
{
    if (!json.is_object())
        return bad_option("strengths", "an object of numbers from 0 to 1 by layer name");
    for (const auto &[name, strength] : json.items()) {
        if (!strength.is_number() || !(strength.get<double>() >= 0) || !(strength.get<double>() <= 1))
            return bad_option("strengths", "numbers from 0 to 1");
        into.strengths[clean_text(name)] = strength.get<double>();
    }
    return {};
}

Status read_flag(const std::string &key, const Json &json, bool &into)
{
    if (!json.is_boolean())
        return bad_option(key, "true or false");
    into = json.get<bool>();
    return {};
}

Status read_option(const std::string &key, const Json &json, RecipeOptions &into)
{
    const std::map<std::string, bool *> flags{{"per_token", &into.per_token},
                                              {"equalize", &into.equalize},
                                              {"smooth", &into.smooth},
                                              {"correct_biases", &into.correct_biases},
                                              {"double_quantization", &into.double_quantization}};
    if (const auto flag = flags.find(key); flag != flags.end())
        return read_flag(key, json, *flag->second);
    if (key == "strengths")
        return read_strengths(json, into);
    const std::string word = json.is_string() ? json.get<std::string>() : std::string();
    if (key == "ranges") {
        const auto method = range_method_from(word);
        if (!method)
            return bad_option(key, "minmax, percentile, mse or entropy");
        into.ranges = *method;
    } else if (key == "compute") {
        if (word != "fp32" && word != "bf16")
            return bad_option(key, "fp32 or bf16");
        into.compute = *format_from(word);
    } else if (key == "threshold") {
        if (!json.is_number() || !(json.get<double>() >= 0) || !(json.get<double>() <= 65504))
            return bad_option(key, "a number from 0 to 65504");
        into.threshold = json.get<double>();
    } else {
        return fail(ErrorCode::usage,
                    "The recipe has the unknown option \"" + clean_text(key)
                        + "\"; known are ranges, per_token, equalize, smooth, strengths, correct_biases, threshold, "
                          "double_quantization and compute.");
    }
    return {};
}

Json to_json(const Scheme &scheme)
{
    Json json{{"format", to_text(scheme.format)}, {"activation", to_text(scheme.activation)}};
    json["rounding"] = to_text(scheme.rounding);
    json["group"] = scheme.group == 0 ? Json("channel") : Json(scheme.group);
    json["symmetric"] = scheme.symmetric;
    return json;
}

/// What differs from the defaults.
Json to_json(const RecipeOptions &options)
{
    const RecipeOptions plain;
    Json json = Json::object();
    const auto add = [&](const char *key, const auto &value, const auto &absent) {
        if (value != absent)
            json[key] = value;
    };
    add("ranges", to_text(options.ranges), to_text(plain.ranges));
    add("per_token", options.per_token, plain.per_token);
    add("equalize", options.equalize, plain.equalize);
    add("smooth", options.smooth, plain.smooth);
    add("strengths", options.strengths, plain.strengths);
    add("correct_biases", options.correct_biases, plain.correct_biases);
    add("threshold", options.threshold, plain.threshold);
    add("double_quantization", options.double_quantization, plain.double_quantization);
    add("compute", to_text(options.compute), to_text(plain.compute));
    return json;
}

} // namespace

Json to_json(const Recipe &recipe)
{
    Json layers = Json::object();
    for (const auto &[name, scheme] : recipe.layers)
        layers[name] = to_json(scheme);
    return {{"version", kVersion}, {"model", recipe.model}, {"layers", layers}, {"options", to_json(recipe.options)}};
}

Result<Recipe> recipe_from_json(const Json &json)
{
    if (!json.is_object() || !json.contains("layers") || !json["layers"].is_object())
        return fail(ErrorCode::usage,
                    "The recipe has no object \"layers\". It looks like "
                    "{\"version\":1,\"model\":…,\"layers\":{NAME:{\"format\":…}},\"options\":{}}.");
    if (json.value("version", Json()) != kVersion)
        return fail(ErrorCode::usage,
                    "The recipe is not of version " + std::to_string(kVersion) + ", the only one that this program knows.");
    Recipe recipe;
    recipe.model = text_of(json, "model", "");
    for (const auto &[name, scheme] : json["layers"].items()) {
        const auto read = scheme_from_json(clean_text(name), scheme);
        if (!read)
            return forward(read);
        recipe.layers[name] = *read;
    }
    const Json options = json.value("options", Json::object());
    if (!options.is_object())
        return fail(ErrorCode::usage, "The recipe's \"options\" are no object.");
    for (const auto &[key, value] : options.items())
        if (const auto read = read_option(key, value, recipe.options); !read)
            return forward(read);
    return recipe;
}

std::string hash(const Recipe &recipe)
{
    return sha256(canonical(to_json(recipe)));
}

} // namespace ca
