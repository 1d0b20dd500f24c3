//! The real window, used as a person uses it: with the keyboard, by what the screen says.

mod first_window;
mod form;
