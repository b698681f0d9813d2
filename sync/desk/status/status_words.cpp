#include "sync/desk/status/status_words.hpp"

#include <algorithm>
#include <charconv>

namespace walkin::desk {

namespace {

constexpr StatusWord k_words[] = {
    {"desk", "IT help desk", "Ayuda informática", "IT-hjelp"},
    {"language", "English", "Español", "Norsk"},
    {"languages", "Language", "Idioma", "Språk"},
    {"your_number", "Your number", "Su número", "Ditt nummer"},
    {"your_ticket", "Your ticket", "Su caso", "Din sak"},

    {"title_new", "We have your request", "Tenemos su solicitud", "Vi har fått saken din"},
    {"title_in_work", "We are working on it", "Estamos en ello", "Vi jobber med saken"},
    {"title_waits_customer", "We need something from you", "Necesitamos algo de usted",
     "Vi trenger noe fra deg"},
    {"title_waits_supplier", "We are waiting for a supplier", "Esperamos a un proveedor",
     "Vi venter på en leverandør"},
    {"title_solved", "We think it is solved", "Creemos que está resuelto", "Vi tror det er løst"},
    {"title_closed", "It is solved", "Está resuelto", "Det er løst"},

    {"next_new", "Next, someone looks at it. You need not do anything.",
     "Ahora alguien lo mira. No tiene que hacer nada.", "Nå ser noen på den. Du trenger ikke gjøre noe."},
    {"next_in_work", "We tell you here when it is solved.", "Le avisamos aquí cuando esté resuelto.",
     "Vi sier fra her når det er løst."},
    {"next_waits_customer", "Please answer below. Then we go on.",
     "Conteste abajo, por favor. Después seguimos.", "Svar nedenfor, så fortsetter vi."},
    {"next_waits_supplier", "It goes on when their answer is here.", "Seguimos cuando llegue su respuesta.",
     "Vi fortsetter når svaret deres er her."},
    {"next_solved", "Tell us whether it is solved for you.", "Díganos si para usted está resuelto.",
     "Fortell oss om det er løst for deg."},
    {"next_closed", "You can still open it again until {day}.", "Puede abrirlo de nuevo hasta el {day}.",
     "Du kan åpne den igjen til {day}."},

    {"ahead_none", "You are next.", "Usted es la siguiente persona.", "Du er neste."},
    {"ahead_one", "1 person is ahead of you.", "Hay 1 persona antes que usted.",
     "Det er 1 person foran deg."},
    {"ahead_many", "{n} people are ahead of you.", "Hay {n} personas antes que usted.",
     "Det er {n} personer foran deg."},
    {"wait", "About {least}–{most} minutes.", "Unos {least}–{most} minutos.",
     "Omtrent {least}–{most} minutter."},
    {"wait_most", "Up to {most} minutes.", "Hasta {most} minutos.", "Opptil {most} minutter."},

    {"step_received", "Received", "Recibido", "Mottatt"},
    {"step_in_work", "In work", "En curso", "I arbeid"},
    {"step_solved", "Solved", "Resuelto", "Løst"},
    {"done", "Done", "Hecho", "Ferdig"},
    {"now", "Now", "Ahora", "Nå"},
    {"to_come", "To come", "Pendiente", "Kommer"},

    {"from_you", "You", "Usted", "Deg"},
    {"from_desk", "Help desk", "Ayuda informática", "IT-hjelpen"},

    {"write", "Write to us", "Escríbanos", "Skriv til oss"},
    {"write_help", "Goes to the people working on it", "Lo leen quienes trabajan en ello",
     "Leses av dem som jobber med saken"},
    {"send", "Send", "Enviar", "Send"},
    {"already", "It is solved already", "Ya está resuelto", "Det er løst allerede"},
    {"question", "Is it solved for you?", "¿Está resuelto para usted?", "Er det løst for deg?"},
    {"yes", "Yes, it is solved", "Sí, está resuelto", "Ja, det er løst"},
    {"no", "No, open it again", "No, ábranlo de nuevo", "Nei, åpne den igjen"},
    {"reopen", "Open it again", "Abrirlo de nuevo", "Åpne den igjen"},

    {"rate", "How did we do?", "¿Cómo lo hemos hecho?", "Hvordan gjorde vi det?"},
    {"optional", "optional", "opcional", "valgfritt"},
    {"star_1", "1 of 5, bad", "1 de 5, mal", "1 av 5, dårlig"},
    {"star_2", "2 of 5, poor", "2 de 5, regular", "2 av 5, svakt"},
    {"star_3", "3 of 5, fair", "3 de 5, aceptable", "3 av 5, greit"},
    {"star_4", "4 of 5, good", "4 de 5, bien", "4 av 5, bra"},
    {"star_5", "5 of 5, very good", "5 de 5, muy bien", "5 av 5, veldig bra"},
    {"word", "A word, if you like", "Unas palabras, si quiere", "Noen ord, hvis du vil"},
    {"send_rating", "Send rating", "Enviar valoración", "Send vurdering"},

    {"foot", "Only you have this link. It works until {days} days after it is closed.",
     "Solo usted tiene este enlace. Funciona hasta {days} días después del cierre.",
     "Bare du har denne lenken. Den virker i {days} dager etter at saken er lukket."},
    {"foot_until", "Only you have this link. It works until {day}.",
     "Solo usted tiene este enlace. Funciona hasta el {day}.",
     "Bare du har denne lenken. Den virker til {day}."},

    {"said_note", "Sent. It is with the people working on it.",
     "Enviado. Ya lo tienen quienes trabajan en ello.", "Sendt. De som jobber med saken, har det nå."},
    {"said_yes", "Thank you. Come back any time.", "Gracias. Vuelva cuando quiera.",
     "Takk. Kom gjerne tilbake."},
    {"said_no", "It is open again. Tell us below what is still wrong.",
     "Está abierto de nuevo. Díganos abajo qué falla todavía.",
     "Saken er åpen igjen. Fortell nedenfor hva som fortsatt er galt."},
    {"said_rate", "Thank you for telling us.", "Gracias por decírnoslo.", "Takk for at du sa fra."},

    {"wrong_empty", "Write something first, then send.", "Escriba algo primero y después envíe.",
     "Skriv noe først, så sender du."},
    {"wrong_long", "That is too long. At most {n} letters.", "Es demasiado largo. Como mucho {n} letras.",
     "Det er for langt. Høyst {n} tegn."},
    {"wrong_letters", "There is a character in it that we can’t take. Type it anew.",
     "Hay un carácter que no podemos aceptar. Escríbalo de nuevo.",
     "Det er et tegn i teksten vi ikke kan ta imot. Skriv på nytt."},
    {"wrong_star", "Choose a star first.", "Elija primero una estrella.", "Velg en stjerne først."},
    {"wrong_late", "This page was open for too long. Look at it anew, then send again.",
     "La página llevaba demasiado tiempo abierta. Mírela de nuevo y envíe otra vez.",
     "Siden var åpen for lenge. Se på den på nytt, og send igjen."},
    {"wrong_state", "It has changed meanwhile. This is how it stands now.",
     "Ha cambiado mientras tanto. Así está ahora.", "Saken er endret i mellomtiden. Slik står den nå."},
    {"wrong_often", "That was a lot at once. Wait five minutes, then try again.",
     "Ha sido mucho de una vez. Espere cinco minutos e inténtelo de nuevo.",
     "Det var mye på én gang. Vent fem minutter, og prøv igjen."},

    {"gone_title", "This link does not work", "Este enlace no funciona", "Denne lenken virker ikke"},
    {"gone_text", "It is too old, or a part of it is missing.", "Es demasiado antiguo o le falta una parte.",
     "Den er for gammel, eller en del av den mangler."},
    {"gone_next",
     "For a new one, bring your ticket’s code: choose “My ticket” at the kiosk, or ask at the counter.",
     "Para tener uno nuevo, traiga el código de su caso: elija «Mi caso» en el quiosco o pregunte en el "
     "mostrador.",
     "Vil du ha en ny, tar du med koden på saken: velg «Min sak» på skjermen, eller spør i skranken."},
};

} // namespace

std::string_view StatusWord::in(i18n::Language language) const {
  switch (language) {
  case i18n::Language::en: return en;
  case i18n::Language::es: return es;
  case i18n::Language::nb: return nb;
  }
  return en;
}

std::span<const StatusWord> status_words() { return k_words; }

std::string_view status_text(i18n::Language language, std::string_view key) {
  auto found = std::ranges::find(k_words, key, &StatusWord::key);
  return found == std::end(k_words) ? key : found->in(language);
}

std::string status_text(i18n::Language language, std::string_view key,
                        std::initializer_list<std::pair<std::string_view, std::string>> values) {
  std::string out(status_text(language, key));
  for (const auto& [name, value] : values) {
    const std::string place = "{" + std::string(name) + "}";
    if (auto at = out.find(place); at != std::string::npos) out.replace(at, place.size(), value);
  }
  return out;
}

std::optional<i18n::Language> accepted_language(std::string_view header) {
  std::optional<i18n::Language> best;
  double best_weight = 0.0;
  while (!header.empty()) {
    std::string_view part = header.substr(0, header.find(','));
    header.remove_prefix(std::min(header.size(), part.size() + 1));
    while (part.starts_with(' ')) part.remove_prefix(1);
    double weight = 1.0;
    if (auto q = part.find(";q="); q != std::string_view::npos) {
      const std::string_view digits = part.substr(q + 3);
      if (std::from_chars(digits.data(), digits.data() + digits.size(), weight).ec != std::errc{})
        weight = 0.0;
    }
    auto language = i18n::parse_language(part.substr(0, part.find_first_of("; ")));
    if (!language || weight <= best_weight) continue;
    best = language;
    best_weight = weight;
  }
  return best;
}

} // namespace walkin::desk
