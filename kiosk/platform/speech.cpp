#include "kiosk/platform/speech.hpp"

#include <cstdlib>
#include <espeak-ng/speak_lib.h>
#include <filesystem>
#include <fstream>
#include <spdlog/spdlog.h>
#include <string>

namespace walkin::kiosk::platform {

namespace {

namespace fs = std::filesystem;

struct Utterance {
  SecretText text;
  i18n::Language language = i18n::Language::en;
  int volume = 3;
};

class EspeakSpeech final : public Speech {
public:
  EspeakSpeech() : thread_([this](const std::stop_token& stop) { run(stop); }) {}
  ~EspeakSpeech() override {
    thread_.request_stop();
    hush();
    thread_.join();
  }
  void say(SecretText text, i18n::Language language, int volume) override {
    const std::lock_guard lock(mutex_);
    next_ = Utterance{std::move(text), language, volume};
    hushed_ = true;
    wake_.notify_all();
  }
  void hush() override {
    const std::lock_guard lock(mutex_);
    next_.reset();
    hushed_ = true;
    wake_.notify_all();
  }

private:
  void run(const std::stop_token& stop) {
    bool is_loaded = false, is_broken = false;
    while (!stop.stop_requested()) {
      std::optional<Utterance> next;
      {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, stop, [this] { return next_ || hushed_; });
        if (stop.stop_requested()) break;
        next = std::exchange(next_, {});
        hushed_ = false;
      }
      if (is_loaded) espeak_Cancel();
      if (!next || is_broken) continue;
      if (!is_loaded) is_broken = !load();
      is_loaded = !is_broken;
      if (is_loaded) speak(*next);
    }
    if (is_loaded) espeak_Terminate();
  }

  static bool load() {
    constexpr int k_buffer_ms = 200;
    if (espeak_Initialize(AUDIO_OUTPUT_PLAYBACK, k_buffer_ms, nullptr, espeakINITIALIZE_DONT_EXIT) >= 0)
      return true;
    spdlog::warn("Speech can't start: is the package espeak-ng-data installed, and is there a sound device?");
    return false;
  }

  // Returns at once: espeak-ng plays on threads of its own, and copies the text.
  static void speak(const Utterance& utterance) {
    constexpr int k_percent_a_step = 34; // 3 is what espeak-ng takes for normal
    if (!use_voice(utterance.language))
      spdlog::warn("Speech has no voice for {}: is the package espeak-ng-data whole?",
                   i18n::tag_of(utterance.language));
    espeak_SetParameter(espeakVOLUME, utterance.volume * k_percent_a_step, 0);
    SecretText ended(utterance.text);
    ended.append(std::string_view("\0", 1));
    espeak_Synth(ended.view().data(), ended.size(), 0, POS_CHARACTER, 0, espeakCHARS_UTF8, nullptr, nullptr);
  }

  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::optional<Utterance> next_;
  bool hushed_ = false;
  std::jthread thread_; // last: it uses the others
};

} // namespace

bool Speech::use_voice(i18n::Language language) {
  // By its language: its name and its file differ from version to version, and espeak-ng goes on with the
  // voice it has when there is none of a name.
  espeak_VOICE voice{};
  voice.languages = language == i18n::Language::en ? "en-gb" : language == i18n::Language::es ? "es" : "nb";
  return espeak_SetVoiceByProperties(&voice) == EE_OK;
}

std::string Speech::device() {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/dev/snd", error)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with("pcm") || !name.ends_with("p")) continue;
    // pcmC0D0p is of card 0, which names itself.
    std::ifstream file("/proc/asound/card" + name.substr(4, name.find('D') - 4) + "/id");
    std::string card;
    return std::getline(file, card) && !card.empty() ? card : name;
  }
  if (const char* server = std::getenv("PULSE_SERVER"); server != nullptr && *server != '\0') return server;
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  const bool has_server = runtime != nullptr && fs::exists(fs::path(runtime) / "pulse" / "native", error);
  return has_server ? "PulseAudio" : "";
}

std::unique_ptr<Speech> Speech::start() { return std::make_unique<EspeakSpeech>(); }

} // namespace walkin::kiosk::platform
