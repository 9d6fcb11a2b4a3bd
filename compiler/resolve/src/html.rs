//! HTML literals: in what part of the markup each interpolation stands, which decides how its value is written.
//!
//! This follows the tokenizer of the HTML standard (section 13.2.5) as far as a value could change what comes behind
//! it. Where no way of writing a value would be safe, as in a script, there is no part for it but an error.

/// What an interpolation stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Between tags.
    Content,
    /// Between the attributes of a tag.
    Attribute,
    /// In the quotes of an attribute's value.
    Value,
    /// At the start of such a value that is a URL.
    Url,
}

/// Why no value may stand somewhere, and what to do instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    pub message: &'static str,
    pub help: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Content,
    /// Behind `<`.
    Open,
    TagName,
    EndTag,
    /// `<!` or `<?` up to `>`.
    Declaration,
    Comment,
    /// The content of a script or style, up to its end tag.
    Raw,
    BetweenAttributes,
    AttributeName,
    /// Behind a name and a blank.
    AfterName,
    BeforeValue,
    Quoted(char),
    Unquoted,
}

/// Goes along the texts of a literal.
pub(crate) struct Scanner {
    state: State,
    /// The element whose tag or content this is, in small letters.
    tag: String,
    attribute: String,
    /// The value so far: its texts alone.
    value: String,
    /// Whether an interpolation in the value may still be a part of a URL's scheme, and whether one is.
    open_scheme: bool,
    value_begun: bool,
    /// The last characters, for what ends a comment or a script.
    recent: String,
}

const RAW: [&str; 7] = [
    "script",
    "style",
    "xmp",
    "iframe",
    "noembed",
    "noframes",
    "plaintext",
];

const URLS: [&str; 9] = [
    "href",
    "src",
    "action",
    "formaction",
    "data",
    "cite",
    "poster",
    "ping",
    "xlink:href",
];

/// URLs of these are programs or pages of their own.
const SCRIPTS: [&str; 3] = ["javascript:", "vbscript:", "data:"];

impl Scanner {
    pub fn new() -> Scanner {
        Scanner {
            state: State::Content,
            tag: String::new(),
            attribute: String::new(),
            value: String::new(),
            open_scheme: false,
            value_begun: false,
            recent: String::new(),
        }
    }

    /// Goes over a text.
    pub fn text(&mut self, text: &str) {
        for c in text.chars() {
            self.state = self.after(c);
        }
    }

    fn after(&mut self, c: char) -> State {
        let lower = c.to_ascii_lowercase();
        match self.state {
            State::Content if c == '<' => {
                self.tag.clear();
                State::Open
            }
            State::Content => State::Content,
            State::Open if c.is_ascii_alphabetic() => {
                self.tag.push(lower);
                State::TagName
            }
            State::Open => match c {
                '/' => State::EndTag,
                '!' | '?' => {
                    self.recent.clear();
                    State::Declaration
                }
                '<' => State::Open,
                _ => State::Content,
            },
            State::EndTag if c == '>' => State::Content,
            State::EndTag => State::EndTag,
            State::Declaration => {
                self.recent.push(c);
                match c {
                    _ if self.recent == "--" => {
                        self.recent.clear();
                        State::Comment
                    }
                    '>' => State::Content,
                    _ => State::Declaration,
                }
            }
            State::Comment => {
                self.recent.push(c);
                if self.recent.ends_with("-->") || self.recent == ">" || self.recent == "->" {
                    State::Content
                } else {
                    State::Comment
                }
            }
            State::Raw => self.in_raw(lower),
            State::TagName if !(c.is_whitespace() || c == '>' || c == '/') => {
                self.tag.push(lower);
                State::TagName
            }
            State::TagName | State::BetweenAttributes => self.in_tag(c),
            State::AttributeName => match c {
                '=' => State::BeforeValue,
                '>' => self.in_tag(c),
                c if c.is_whitespace() => State::AfterName,
                '/' => State::BetweenAttributes,
                _ => {
                    self.attribute.push(lower);
                    State::AttributeName
                }
            },
            State::AfterName => match c {
                '=' => State::BeforeValue,
                c if c.is_whitespace() => State::AfterName,
                _ => self.in_tag(c),
            },
            State::BeforeValue => match c {
                '"' | '\'' => {
                    self.value.clear();
                    self.open_scheme = true;
                    self.value_begun = false;
                    State::Quoted(c)
                }
                '>' => self.in_tag(c),
                c if c.is_whitespace() => State::BeforeValue,
                _ => State::Unquoted,
            },
            State::Quoted(quote) if c == quote => State::BetweenAttributes,
            State::Quoted(quote) => {
                self.open_scheme &= !matches!(c, '/' | '?' | '#' | ':');
                self.value.push(lower);
                State::Quoted(quote)
            }
            State::Unquoted if c.is_whitespace() || c == '>' => self.in_tag(c),
            State::Unquoted => State::Unquoted,
        }
    }

    fn in_tag(&mut self, c: char) -> State {
        match c {
            '>' if RAW.contains(&self.tag.as_str()) => {
                self.recent.clear();
                State::Raw
            }
            '>' => State::Content,
            '/' => State::BetweenAttributes,
            c if c.is_whitespace() => State::BetweenAttributes,
            _ => {
                self.attribute.clear();
                self.attribute.push(c.to_ascii_lowercase());
                State::AttributeName
            }
        }
    }

    fn in_raw(&mut self, c: char) -> State {
        self.recent.push(c);
        let end = self.recent.strip_suffix(&self.tag);
        if end.is_some_and(|before| before.ends_with("</")) {
            State::EndTag
        } else {
            State::Raw
        }
    }

    /// Where the interpolation at hand stands.
    pub fn value(&mut self) -> Result<Place, Refused> {
        match self.state {
            State::Content => Ok(Place::Content),
            State::BetweenAttributes | State::AfterName => Ok(Place::Attribute),
            State::Quoted(_) => self.in_value(),
            State::Open | State::TagName | State::EndTag => Err(Refused {
                message: "a value cannot be the name of an element",
                help: "`Html.element(name, attributes, content)` makes one whose name is a value",
            }),
            State::AttributeName => Err(Refused {
                message: "a value cannot be the name of an attribute",
                help: "put an `Attribute` behind a blank: `${Html.attribute(name, value)}` or `${Html.flag(name, wanted)}`",
            }),
            State::BeforeValue | State::Unquoted => Err(Refused {
                message: "a value in an attribute needs quotes around it",
                help: "write `name='${…}'`, or `name=\"${…}\"` between three quotes",
            }),
            State::Declaration | State::Comment => Err(Refused {
                message: "a value cannot stand in a comment or declaration of HTML",
                help: "a comment of Mesh begins with `#` and stands outside of the literal",
            }),
            State::Raw => Err(Refused {
                message: "a value in a script or style would be run, however it is written",
                help: "put it into an attribute such as `data-value='${…}'`, and read it from there",
            }),
        }
    }

    fn in_value(&mut self) -> Result<Place, Refused> {
        let name = self.attribute.as_str();
        if name.starts_with("on") || name == "style" || name == "srcdoc" {
            return Err(Refused {
                message: "a value in an attribute that is a script, style or page would be run, however it is written",
                help: "put it into an attribute such as `data-value='${…}'` or `class='${…}'`, and use it from there",
            });
        }
        if !URLS.contains(&name) || !self.open_scheme {
            return match SCRIPTS
                .iter()
                .any(|it| self.value.trim_start().starts_with(it))
            {
                true if URLS.contains(&name) => Err(Self::script_url()),
                _ => Ok(Place::Value),
            };
        }
        let second = std::mem::replace(&mut self.value_begun, true);
        let before = self.value.trim();
        if second {
            Err(Refused {
                message: "two values at the start of a URL could make a script of it together",
                help: "join them before, and put the result in: `${\"${a}${b}\"}`",
            })
        } else if before.is_empty() {
            Ok(Place::Url)
        } else if SCRIPTS.iter().any(|it| it.starts_with(before)) {
            Err(Self::script_url())
        } else {
            // No value makes a script of what begins so.
            self.open_scheme = false;
            Ok(Place::Value)
        }
    }

    fn script_url() -> Refused {
        Refused {
            message: "a value in a URL that is a script would be run, however it is written",
            help: "let the whole URL be one value, or begin it with `/`, `?` or `https://`",
        }
    }

    /// What is left open at the end of the literal.
    pub fn end(&self) -> Option<Refused> {
        let message = match self.state {
            State::Content => return None,
            State::Comment | State::Declaration => {
                "the comment or declaration is not closed in this literal"
            }
            State::Raw => "the script or style is not closed in this literal",
            _ => "the tag is not closed in this literal",
        };
        Some(Refused {
            message,
            help: "HTML is put together of whole tags: close it here, and put what differs into `${…}`",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The places of the `$`s in a text, or the message of the first error.
    fn places(text: &str) -> Result<Vec<Place>, &'static str> {
        let mut scanner = Scanner::new();
        let mut places = Vec::new();
        for (nth, part) in text.split('$').enumerate() {
            if nth > 0 {
                places.push(scanner.value().map_err(|refused| refused.message)?);
            }
            scanner.text(part);
        }
        match scanner.end() {
            Some(refused) => Err(refused.message),
            None => Ok(places),
        }
    }

    #[test]
    fn values_stand_in_content_attributes_and_urls() {
        use Place::*;
        assert_eq!(
            places("$<p class='a $' $>$</p>$"),
            Ok(vec![Content, Value, Attribute, Content, Content])
        );
        assert_eq!(places("<a href=\"$\" title = '$'>"), Ok(vec![Url, Value]));
        assert_eq!(
            places("<a href='/x/$?q=$'>a < b $</a>"),
            Ok(vec![Value, Value, Content])
        );
        assert_eq!(places("<a href='page-$.html'>"), Ok(vec![Value]));
        assert_eq!(places("<a href='page-$-$.html'>"), Ok(vec![Value, Value]));
        assert_eq!(
            places("<!DOCTYPE html><!-- <p --> $<br/>$"),
            Ok(vec![Content, Content])
        );
        assert_eq!(
            places("<script>if (a < b) '</p>'</script>$"),
            Ok(vec![Content])
        );
        assert_eq!(
            places("<INPUT CHECKED $ value='$'>"),
            Ok(vec![Attribute, Value])
        );
        assert_eq!(places("<input checked value='$'>"), Ok(vec![Value]));
    }

    #[test]
    fn where_no_escaping_helps_there_is_an_error() {
        let errors = [
            ("<$>", "name of an element"),
            ("</$>", "name of an element"),
            ("<p $='x'>", ""),
            ("<p a$='x'>", "name of an attribute"),
            ("<p a=$>", "needs quotes"),
            ("<p a=x$>", "needs quotes"),
            ("<!-- $ -->", "comment"),
            ("<script>$</script>", "script or style"),
            ("<STYLE>$</STYLE>", "script or style"),
            ("<p onclick='$'>", "script, style or page"),
            ("<p style=\"color: $\">", "script, style or page"),
            ("<a href='javascript:$'>", "URL that is a script"),
            ("<a href=' java$'>", "URL that is a script"),
            ("<a href='$$'>", "two values"),
            ("<p class='$", "tag is not closed"),
            ("<script>", "script or style is not closed"),
        ];
        for (text, message) in errors {
            match places(text) {
                Err(found) => assert!(found.contains(message), "{text}: {found}"),
                Ok(found) => assert!(message.is_empty(), "{text}: {found:?}"),
            }
        }
    }
}
