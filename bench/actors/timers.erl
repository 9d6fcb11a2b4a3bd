%% A million timers that are set, a thousand at a time, and cancelled.
-module(timers).
-export([main/0]).

cancelled(Timers) -> length([T || T <- Timers, erlang:cancel_timer(T) =/= false]).

run(0, Total) -> Total;
run(Left, Total) ->
    Timers = [erlang:send_after(60000 + N, self(), N) || N <- lists:seq(1, 1000)],
    run(Left - 1, Total + cancelled(Timers)).

main() ->
    Start = erlang:monotonic_time(nanosecond),
    io:format("~p~n", [run(1000, 0)]),
    io:format("elapsed ~p ns for ~p~n", [erlang:monotonic_time(nanosecond) - Start, 1000000]).
