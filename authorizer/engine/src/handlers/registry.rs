//! Declares the handlers of one kind: one line each, in `<kind>/mod.rs`.

/// From a list of handlers come their modules, an enum over all of them, and their descriptions.
///
/// ```text
/// handlers! {
///     Authenticate {
///         noop::Noop,
///         anonymous::Anonymous,
///     }
///     async fn authenticate(request: &Request) -> Result<Authentication, Failure>;
/// }
/// ```
///
/// A handler's file has its type, and the trait named first for it. [`handler_of_rule!`] makes the type of a
/// handler that a rule names.
macro_rules! handlers {
    (
        $Trait:ident {
            $($module:ident::$Handler:ident,)+
        }
        $($methods:tt)+
    ) => {
        $(mod $module;)+

        /// Every handler of this kind.
        pub(crate) const DESCRIPTIONS: &[$crate::handlers::Description] =
            &[$(<$module::$Handler as $Trait>::DESCRIPTION),+];

        /// Every handler of this kind, as a key of the configuration.
        pub(crate) const FIELDS: &[$crate::config::Field] =
            &[$(<$module::$Handler as $Trait>::DESCRIPTION.field()),+];

        /// A handler that can be run.
        #[derive(Debug)]
        enum Handler {
            $($Handler($module::$Handler),)+
        }

        impl Handler {
            /// Builds the handler of this name.
            fn build(
                settings: &$crate::handlers::Settings<'_>,
            ) -> Result<Self, $crate::handlers::Misconfigured> {
                match settings.handler {
                    $(
                        name if name == <$module::$Handler as $Trait>::DESCRIPTION.name => {
                            <$module::$Handler as $Trait>::build(settings).map(Self::$Handler)
                        }
                    )+
                    _ => Err(settings.unknown()),
                }
            }

            fn description(&self) -> &'static $crate::handlers::Description {
                match self {
                    $(Self::$Handler(_) => &<$module::$Handler as $Trait>::DESCRIPTION,)+
                }
            }
        }

        $crate::handlers::registry::handlers!(@methods [$($Handler)+] $($methods)+);
    };

    // Methods of the enum, each of which calls the same one of the handler.
    (@methods [$($Handler:ident)+]) => {};
    (@methods [$($Handler:ident)+]
        async fn $name:ident($($argument:ident: $type:ty),*) -> $Returned:ty;
        $($rest:tt)*
    ) => {
        $crate::handlers::registry::handlers!(
            @method [$($Handler)+] async $name [$($argument: $type),*] ($($argument),*) $Returned
        );
        $crate::handlers::registry::handlers!(@methods [$($Handler)+] $($rest)*);
    };
    (@methods [$($Handler:ident)+]
        fn $name:ident($($argument:ident: $type:ty),*) -> $Returned:ty;
        $($rest:tt)*
    ) => {
        $crate::handlers::registry::handlers!(
            @method [$($Handler)+] sync $name [$($argument: $type),*] ($($argument),*) $Returned
        );
        $crate::handlers::registry::handlers!(@methods [$($Handler)+] $($rest)*);
    };
    (@method [$($Handler:ident)+] async $name:ident [$($argument:ident: $type:ty),*] $call:tt $Returned:ty) => {
        impl Handler {
            async fn $name(&self, $($argument: $type),*) -> $Returned {
                match self {
                    $(Self::$Handler(handler) => handler.$name $call.await,)+
                }
            }
        }
    };
    (@method [$($Handler:ident)+] sync $name:ident [$($argument:ident: $type:ty),*] $call:tt $Returned:ty) => {
        impl Handler {
            fn $name(&self, $($argument: $type),*) -> $Returned {
                match self {
                    $(Self::$Handler(handler) => handler.$name $call,)+
                }
            }
        }
    };
}

/// The type of a handler that a rule names: built from its configuration, or why it cannot be run.
///
/// ```text
/// handler_of_rule! {
///     /// An authenticator of a rule.
///     Authenticator
/// }
/// ```
///
/// Its name is that of the [`HandlerKind`](crate::handlers::HandlerKind). The module has `handlers!` too.
macro_rules! handler_of_rule {
    ($(#[$attribute:meta])* $Kind:ident) => {
        $(#[$attribute])*
        #[derive(Debug)]
        pub struct $Kind(Result<Handler, $crate::handlers::Misconfigured>);

        impl $Kind {
            /// Builds the handler that a rule names.
            #[must_use]
            pub fn build(
                reference: &$crate::rules::HandlerReference,
                config: &$crate::config::Config,
                shared: &::std::sync::Arc<$crate::handlers::Shared>,
            ) -> Self {
                let kind = $crate::handlers::HandlerKind::$Kind;
                let settings = $crate::handlers::Settings::of(kind, reference, config, shared);
                Self(Handler::build(&settings))
            }

            /// The handler's name.
            #[must_use]
            pub fn name(&self) -> ::std::borrow::Cow<'static, str> {
                match &self.0 {
                    Ok(handler) => ::std::borrow::Cow::Borrowed(handler.description().name),
                    Err(wrong) => ::std::borrow::Cow::Owned(wrong.handler.clone()),
                }
            }

            /// Why the handler cannot be run, if it cannot: 500 for every request that reaches it.
            #[must_use]
            pub fn misconfigured(&self) -> Option<&$crate::handlers::Misconfigured> {
                self.0.as_ref().err()
            }

            /// The handler, where it can be run.
            fn handler(&self) -> Result<&Handler, $crate::Failure> {
                self.0
                    .as_ref()
                    .map_err($crate::handlers::Misconfigured::failure)
            }
        }
    };
}

pub(crate) use handler_of_rule;
pub(crate) use handlers;
