#include "kiosk/platform/gallery_content.hpp"

#include <type_traits>

namespace walkin::kiosk::platform {

namespace {

domain::Localised in_all(std::string en, std::string es, std::string nb) {
  return {{"en", std::move(en)}, {"es", std::move(es)}, {"nb", std::move(nb)}};
}

domain::Guide sample_guide() {
  using Type = domain::GuideNode::Type;
  domain::Guide guide;
  guide.id = "nothing-prints";
  guide.category = domain::Category::printer;
  guide.title = in_all("nothing prints", "no sale nada", "ingenting skrives ut");
  guide.start = "power";
  guide.nodes["power"] = {Type::question,
                          in_all("Is the printer on?", "¿Está encendida la impresora?", "Er skriveren på?"),
                          {},
                          "light",
                          "switch",
                          "light",
                          ""};
  guide.nodes["light"] = {Type::question,
                          in_all("Is the printer’s light green?", "¿Está verde la luz de la impresora?",
                                 "Lyser skriveren grønt?"),
                          in_all("The light is at the front, on the right.",
                                 "La luz está delante, a la derecha.", "Lyset er foran, til høyre."),
                          "help",
                          "switch",
                          "paper",
                          "",
                          "printer_light"};
  guide.nodes["paper"] = {Type::question,
                          in_all("Is there paper in it?", "¿Tiene papel?", "Er det papir i den?"),
                          {},
                          "help",
                          "switch",
                          "help",
                          ""};
  guide.nodes["switch"] = {Type::answer,
                           in_all("Switch the printer off, wait ten seconds, and switch it on again.",
                                  "Apague la impresora, espere diez segundos y enciéndala de nuevo.",
                                  "Slå skriveren av, vent ti sekunder, og slå den på igjen."),
                           in_all("It takes about two minutes to start.",
                                  "Tarda unos dos minutos en arrancar.",
                                  "Den bruker omtrent to minutter på å starte."),
                           "",
                           "",
                           "",
                           "printer-password"};
  guide.nodes["help"] = {
      Type::get_help,
      in_all("This needs a technician", "Esto lo tiene que ver un técnico", "Dette må en tekniker se på"),
      in_all("Get a number. Your answers go along.", "Pida turno. Sus respuestas van con él.",
             "Få et nummer. Svarene dine følger med."),
      "",
      "",
      "",
      ""};
  return guide;
}

ArticleText sample_article(i18n::Language language) {
  using Kind = ArticleText::Part::Kind;
  auto in = [language](std::string_view en, std::string_view es, std::string_view nb) {
    return std::string(in_language(language, en, es, nb));
  };
  return {
      "printer-password",
      in("The printer asks for a password", "La impresora pide contraseña", "Skriveren spør etter passord"),
      {{Kind::text,
        in("The printer wants to know who you are. Your own password is the right one.",
           "La impresora quiere saber quién es usted. Su propia contraseña es la correcta.",
           "Skriveren vil vite hvem du er. Ditt eget passord er det riktige."),
        0},
       {Kind::step,
        in("Touch your name on the printer’s screen.", "Toque su nombre en la pantalla de la impresora.",
           "Trykk på navnet ditt på skriverens skjerm."),
        1},
       {Kind::step,
        in("Type the password that you use for your computer.",
           "Escriba la contraseña que usa en su ordenador.", "Skriv passordet du bruker på datamaskinen."),
        2},
       {Kind::step, in("Touch Print all.", "Toque Imprimir todo.", "Trykk på Skriv ut alt."), 3},
       {Kind::heading,
        in("If your name is not there", "Si su nombre no aparece", "Hvis navnet ditt ikke er der"), 0},
       {Kind::text,
        in("Hold your badge to the reader of the printer once. Your name is there from then on.",
           "Acerque una vez su tarjeta al lector de la impresora. Desde entonces su nombre estará ahí.",
           "Hold kortet mot skriverens leser én gang. Fra da av er navnet ditt der."),
        0}}};
}

domain::Bulletin bulletin(std::string id, domain::Localised title, domain::Localised body) {
  domain::Bulletin out;
  out.id = std::move(id);
  out.title = std::move(title);
  out.body = std::move(body);
  return out;
}

Suggested sample_suggestions(const Suggest& question) {
  Suggested out{question.ask, {}};
  if (question.words.view() == "zzz") return out;
  auto add = [&](AnswerKind kind, std::string id, std::string_view en, std::string_view es,
                 std::string_view nb, int questions) {
    out.found.push_back(
        {kind, std::move(id), std::string(in_language(question.language, en, es, nb)), questions});
  };
  if (!question.for_find)
    add(AnswerKind::bulletin, "printers", "Printers on floor 2", "Impresoras de la planta 2",
        "Skriverne i 2. etasje", 0);
  add(AnswerKind::article, "printer-password", "The printer asks for a password",
      "La impresora pide contraseña", "Skriveren spør etter passord", 0);
  add(AnswerKind::guide, "nothing-prints", "Nothing prints", "No sale nada al imprimir",
      "Ingenting skrives ut", 4);
  if (question.for_find)
    add(AnswerKind::article, "wifi", "Connect to the wireless network", "Conectarse a la red inalámbrica",
        "Koble til det trådløse nettet", 0);
  return out;
}

std::optional<TicketInfo> sample_status(const FindTicket& question) {
  if (question.code.view() != "LB-0042-K") return std::nullopt;
  TicketInfo info;
  info.code = question.code;
  info.queue_number = SecretText("A12");
  info.ahead = 2;
  info.wait = domain::WaitRange{10, 20};
  info.registered = sample_time(9, 12);
  info.since = sample_time(11, 20);
  return info;
}

struct Answerer {
  std::vector<Intent> operator()(const LookUpPerson& question) const {
    PersonLooked out{question.ask, true, std::nullopt};
    if (question.identifier.view() != "0000")
      out.person = KnownPerson{SecretText("M**** R****"), SecretText("m****z@empresa.example"),
                               SecretText("*** ** 412"), SecretText("p-17"), "covered"};
    return one(std::move(out));
  }
  std::vector<Intent> operator()(const LookUpAsset& question) const {
    AssetLooked out{question.ask, std::nullopt};
    if (question.tag.view() == "PC-20418")
      out.asset = KnownAsset{question.tag, "Windows 11", "ThinkPad T14", 16 * 1024};
    return one(std::move(out));
  }
  std::vector<Intent> operator()(const Suggest& question) const { return one(sample_suggestions(question)); }
  std::vector<Intent> operator()(const LoadAnswer& question) const {
    AnswerOpened out{question.ask, std::nullopt, std::nullopt};
    if (question.kind == AnswerKind::guide)
      out.guide = sample_guide();
    else
      out.article = sample_article(question.language);
    return one(std::move(out));
  }
  std::vector<Intent> operator()(const FindTicket& question) const {
    TicketLooked out{question.ask, sample_status(question), {}};
    if (!out.ticket) out.likely = SecretText("LB-0042-K");
    return one(std::move(out));
  }
  std::vector<Intent> operator()(const SaveReply& reply) const { return one(ReplySaved{reply.ask, true}); }
  std::vector<Intent> operator()(const CheckPin& question) const {
    return one(PinChecked{question.ask, question.pin.view() == "2468"});
  }
  std::vector<Intent> operator()(const TellService&) const {
    ServiceInfo info;
    info.in_touch = info.in_sync = true;
    info.last_contact = sample_time(9, 42);
    info.free_mb = 18'240;
    info.version = "0.1.0";
    info.station = "Reception A";
    info.log = {"09:12 walkin-kiosk warning: the desk did not answer"};
    return one(ServiceChanged{std::move(info)});
  }
  template <class T>
  std::vector<Intent> operator()(const T&) const {
    return {};
  }

private:
  static std::vector<Intent> one(Intent intent) {
    std::vector<Intent> out;
    out.push_back(std::move(intent));
    return out;
  }
};

} // namespace

std::string_view in_language(i18n::Language language, std::string_view en, std::string_view es,
                             std::string_view nb) {
  switch (language) {
  case i18n::Language::es: return es;
  case i18n::Language::nb: return nb;
  case i18n::Language::en: break;
  }
  return en;
}

i18n::LocalTime sample_time(int hour, int minute) {
  return {{std::chrono::year{2026}, std::chrono::month{11}, std::chrono::day{23}},
          std::chrono::minutes{hour * 60 + minute}};
}

OpeningInfo sample_opening(bool is_open) { return {true, is_open, sample_time(is_open ? 16 : 8, 0), 0}; }

std::vector<Intent> sample_site() {
  SiteInfo site;
  site.has_directory = site.has_assets = site.has_staff_pin = true;
  site.printer = "cups:front";
  site.computers = {"Dell Latitude 5440", "Lenovo ThinkPad T14", "HP EliteBook 840", "Apple MacBook Air"};
  site.handsets = {"Yealink T54W", "Cisco 8845"};
  std::vector<domain::Bulletin> open;
  open.push_back(
      bulletin("mail-slow", in_all("E-mail is slow today", "El correo va lento hoy", "E-post er treg i dag"),
               in_all("We have known since 8:10 and expect it to be fixed by 11:00.",
                      "Lo sabemos desde las 8:10 y esperamos que esté resuelto a las 11:00.",
                      "Vi har visst det siden 8:10 og regner med at det er i orden før kl. 11:00.")));
  std::vector<Intent> out;
  out.push_back(SiteChanged{std::move(site)});
  out.push_back(OpeningChanged{sample_opening(true)});
  out.push_back(QueueChanged{QueueInfo{3, domain::WaitRange{10, 20}}});
  out.push_back(BulletinsChanged{std::move(open)});
  return out;
}

std::shared_ptr<const Bitmap> sample_logo() {
  constexpr int k_width = 360, k_height = 96;
  auto logo = std::make_shared<Bitmap>();
  logo->width = k_width, logo->height = k_height;
  for (int y = 0; y < k_height; ++y)
    for (int x = 0; x < k_width; ++x) {
      const int dx = x - k_height / 2, dy = y - k_height / 2;
      const bool in_sign = dx * dx + dy * dy < k_height * k_height / 4;
      const bool in_bars = x > 116 && ((y > 18 && y < 44) || (y > 58 && y < 72 && x < 280));
      const std::uint8_t shown = in_sign || in_bars ? 255 : 0;
      logo->pixels.insert(logo->pixels.end(), {18, static_cast<std::uint8_t>(in_sign ? 93 : 63), 140, shown});
    }
  return logo;
}

std::vector<Intent> sample_answer(const Command& command) { return std::visit(Answerer{}, command); }

Registered sample_ticket(RequestId request, bool in_touch) {
  Registered ticket{request, "LB-0042-K", "A12", sample_time(9, 42),
                    "https://help.example.org/t/LB-0042-K.7Q2"};
  if (in_touch) ticket.queue = QueueInfo{3, domain::WaitRange{10, 20}};
  return ticket;
}

} // namespace walkin::kiosk::platform
